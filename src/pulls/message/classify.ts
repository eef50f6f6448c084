import { splitCauses } from './causes.ts';
import { type EventLike, type FailedPull, failedPullOfEvent, failedPullOfStatus, type StatusLike } from './gate.ts';
import { endpointBefore, registryOf } from './hosts.ts';
import { type ImageReference, parseImage } from '../image/image-reference.ts';
import { type LimitKind, limitKind } from './limit-kind.ts';
import { mask, type OwnNames } from './mask.ts';
import { judge, type Outcome } from './outcome.ts';
import { mayNotExist } from './refusal.ts';
import { retryAfterMs } from './retry-after.ts';
import { type Token, tokenise } from './tokens.ts';

export type { LimitKind } from './limit-kind.ts';
export type { Outcome } from './outcome.ts';

/** A failed pull, told apart. Holds nothing of the message but names of images and hosts. */
export interface PullFailure {
  readonly outcome: Outcome;
  /** Which limit; `unknown` for everything that is no limit. */
  readonly kind: LimitKind;
  /** Host of the registry that the image belongs to; Docker Hub is `docker.io`. */
  readonly registry: string;
  /** Host that answered, where the message names it: a mirror's with a mirror. */
  readonly endpoint?: string;
  /** As the pod's spec has it. */
  readonly image: string;
  /** Only of a refusal: the registry says the same of images that do not exist. */
  readonly mayNotExist?: boolean;
  /** How long the registry asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Outcomes of the other attempts: a kubelet tries each credential in turn. */
  readonly also?: readonly Outcome[];
}

/**
 * What an Event says about a failed pull. Never throws, whatever the Event looks like.
 * @returns undefined where it says nothing about one, or not why
 */
export function classifyEvent(event: EventLike): PullFailure | undefined {
  return classify(failedPullOfEvent(event));
}

/**
 * What a container's status says about a failed pull. Never throws.
 * @param status `reason` and `message` of `state.waiting`, and the image of the pod's spec
 * @returns undefined where it says nothing about one, or not why
 */
export function classifyStatus(status: StatusLike): PullFailure | undefined {
  return classify(failedPullOfStatus(status));
}

/** Of several causes the first in this order is the outcome: one limited attempt makes the pull a limited one. */
const ORDER: readonly Outcome[] = [
  'rate-limited',
  'credentials-refused',
  'not-found',
  'unavailable',
  'kubelet-limit',
  'other',
];

function classify(pull: FailedPull | undefined): PullFailure | undefined {
  const reference = parseImage(pull?.image ?? '');
  if (pull === undefined || reference === undefined) return undefined;
  const failures = splitCauses(pull.text, mask(tokenise(pull.text), ownNames(reference))).map((cause) =>
    assess(cause, pull, reference),
  );
  const [first, ...others] = failures.sort((a, b) => rank(a) - rank(b));
  if (first === undefined) return undefined;
  const also = [...new Set(others.map(({ outcome }) => outcome))].filter((outcome) => outcome !== first.outcome);
  return also.length === 0 ? first : { ...first, also };
}

/** Of two refusals the one without a doubt goes first: it is about the credential, whatever became of the others. */
const rank = ({ outcome, mayNotExist: isDoubtful = false }: PullFailure): number =>
  ORDER.indexOf(outcome) + (isDoubtful ? 0.5 : 0);

const ownNames = ({ repository, tag }: ImageReference): OwnNames => ({
  name: repository.slice(repository.lastIndexOf('/') + 1),
  tag: tag?.toLowerCase(),
});

function assess(cause: readonly Token[], { image }: FailedPull, reference: ImageReference): PullFailure {
  const { outcome, at } = judge(cause);
  const registry = registryOf(reference, cause);
  const endpoint = outcome === 'kubelet-limit' ? undefined : endpointBefore(cause, at);
  const isLimit = outcome === 'rate-limited';
  const wait = isLimit ? retryAfterMs(cause) : undefined;
  return {
    outcome,
    kind: isLimit ? limitKind(cause, endpoint ?? registry) : 'unknown',
    registry,
    image,
    ...(endpoint !== undefined && { endpoint }),
    ...(outcome === 'credentials-refused' && mayNotExist(cause) && { mayNotExist: true }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
}
