import { parseImage } from '../image/image-reference.ts';

/** A pull that a kubelet says has failed, and its words on why. */
export interface FailedPull {
  /** As the pod's spec has it. */
  readonly image: string;
  readonly text: string;
}

/** What is read of an Event. Anybody with the `edit` role can write one, so nothing of it is taken for granted. */
export interface EventLike {
  readonly message?: unknown;
  readonly source?: unknown;
  readonly reportingComponent?: unknown;
  readonly involvedObject?: unknown;
}

/** What is read of a container's status: `state.waiting`, and the image. */
export interface StatusLike {
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly image?: unknown;
}

const KUBELET = 'kubelet';
const COMBINED = '(combined from similar events): ';
const FAILED = 'failed to pull image ';
const BACK_OFF = 'back-off pulling image ';
/** Waiting reasons of a pull (kubernetes `pkg/kubelet/images/types.go`, cri-api `errors`). */
const CAUSED: ReadonlySet<unknown> = new Set(['ErrImagePull', 'RegistryUnavailable', 'SignatureValidationFailed']);
const BACKED_OFF = 'ImagePullBackOff';
/** Causes are longer only where a registry answers with a page of HTML; the status stands before it. */
export const MAX_TEXT = 16_384;

/**
 * The failed pull that an Event tells of. Message and sender decide, not the reason: kubelets share `Failed` and `BackOff` among
 * many things, and vendors rename them.
 * @returns undefined where it is about something else, or does not say why
 */
export function failedPullOfEvent(event: EventLike): FailedPull | undefined {
  if (!isFromKubelet(event) || field(event.involvedObject, 'kind') !== 'Pod') return undefined;
  const message = textOf(event.message);
  const text = isAggregated(event) ? message.slice(COMBINED.length) : message;
  return afterImage(text, FAILED) ?? ofBackOff(text);
}

/** Whether a kubelet puts many Events into this one, with the text of the last. */
export const isAggregated = ({ message }: EventLike): boolean => startsWith(textOf(message), COMBINED);

/**
 * The failed pull that a container waits after.
 * @returns undefined where it waits for something else, or does not say why: kubelets before 1.32 give a back-off no cause, and
 *   restarted ones have lost it
 */
export function failedPullOfStatus({ reason, message, image }: StatusLike): FailedPull | undefined {
  if (reason === BACKED_OFF) return ofBackOff(textOf(message));
  return CAUSED.has(reason) ? toPull(textOf(image), textOf(message)) : undefined;
}

/** Aggregated Events leave `reportingComponent` empty, and so do older kubelets. */
function isFromKubelet({ source, reportingComponent }: EventLike): boolean {
  const said = textOf(reportingComponent) || textOf(field(source, 'component'));
  return said === KUBELET;
}

/** `Back-off pulling image "X": ErrImagePull: cause`; the code goes, so that a cause reads the same everywhere. */
function ofBackOff(message: string): FailedPull | undefined {
  const pull = afterImage(message, BACK_OFF);
  if (pull === undefined) return undefined;
  const code = 'ErrImagePull:';
  return startsWith(pull.text, code) ? toPull(pull.image, pull.text.slice(code.length).trimStart()) : pull;
}

/** Reads `PREFIX"image": text`. */
function afterImage(message: string, prefix: string): FailedPull | undefined {
  if (!startsWith(message, `${prefix}"`)) return undefined;
  const start = prefix.length + 1;
  const end = message.indexOf('"', start);
  const rest = message.slice(end + 1);
  return end < 0 || !rest.startsWith(':') ? undefined : toPull(message.slice(start, end), rest.slice(1).trimStart());
}

/** No kubelet pulls what is no name of an image. */
function toPull(image: string, text: string): FailedPull | undefined {
  return text === '' || parseImage(image) === undefined ? undefined : { image, text: text.slice(0, MAX_TEXT) };
}

const startsWith = (text: string, lower: string): boolean =>
  text.slice(0, lower.length).toLowerCase() === lower.toLowerCase();
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
