import type { Image } from './images.ts';

/** An Event or a container status, as a case of the corpus holds it: what the classifier reads, and nothing else. */
export type Input = { readonly event: Record<string, unknown> } | { readonly status: Record<string, unknown> };
export type Envelope = (image: Image, text: string) => Input;

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: 'harbour',
  name: 'ferry-0',
  uid: '6d3c6f0e-0429-4290-8429-429042904290',
};
const event = (message: string, more: Record<string, unknown> = {}): Input => ({
  event: {
    type: 'Warning',
    reason: 'Failed',
    message,
    involvedObject: { ...POD, fieldPath: 'spec.containers{app}' },
    source: { component: 'kubelet', host: 'node-429' },
    reportingComponent: 'kubelet',
    count: 4,
    ...more,
  },
});
const waiting = (image: Image, reason: string, message: string): Input => ({
  status: { name: 'app', image: image.written, state: { waiting: { reason, message } } },
});
const failed = (image: Image, text: string): string => `Failed to pull image "${image.written}": ${text}`;
const backOff = (image: Image): string => `Back-off pulling image "${image.written}"`;
const codeOf = (text: string): string =>
  /^(?:RegistryUnavailable|SignatureValidationFailed)/.exec(text)?.[0] ?? 'ErrImagePull';
const grpc = (text: string): string =>
  text.startsWith('rpc error') ? text : `rpc error: code = Unknown desc = ${text}`;

/** The ways in which a kubelet hands on a cause; the corpus goes through them in turn. */
export const ENVELOPES: readonly Envelope[] = [
  (image, text) => event(failed(image, text)),
  (image, text) => event(failed(image, grpc(text)), { reportingComponent: '' }),
  (image, text) => waiting(image, codeOf(text), text),
  (image, text) =>
    event(`(combined from similar events): ${failed(image, text)}`, { reportingComponent: '', involvedObject: POD }),
  (image, text) => waiting(image, 'ImagePullBackOff', `${backOff(image)}: ${codeOf(text)}: ${text}`),
  (image, text) => event(failed(image, text), { reason: 'FailedPullImage', reportingComponent: '' }),
  (image, text) => event(`${backOff(image)}: ${codeOf(text)}: ${text}`, { type: 'Normal', reason: 'BackOff' }),
];

/** Messages that stand beside failed pulls and are none, or tell no cause. */
export const asEvent = event;
export const asWaiting = waiting;
export const asFailed = failed;
export const asBackOff = backOff;
