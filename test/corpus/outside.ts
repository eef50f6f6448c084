import { asBackOff, asEvent, asFailed, asWaiting, type Input } from './envelopes.ts';
import { HUB_IMAGES, type Image } from './images.ts';

const LIMITED =
  'unexpected status from HEAD request to https://registry-1.docker.io/v2/x/y/manifests/1: 429 Too Many Requests';

const beside = (image: Image): readonly (readonly [string, Input])[] => [
  ['the sync result', asEvent('Error: ErrImagePull')],
  ['the sync result of a back-off', asEvent('Error: ImagePullBackOff')],
  ['a pull that begins', asEvent(`Pulling image "${image.written}"`, { type: 'Normal', reason: 'Pulling' })],
  [
    'an image that is there',
    asEvent(`Container image "${image.written}" already present on machine`, { type: 'Normal', reason: 'Pulled' }),
  ],
  [
    'an image that is never pulled',
    asEvent(`Container image "${image.written}" is not present with pull policy of Never`, {
      reason: 'ErrImageNeverPull',
    }),
  ],
  [
    'an image name that does not parse',
    asWaiting(
      image,
      'InvalidImageName',
      'Failed to apply default image tag "429 Too Many Requests": couldn\'t parse image name',
    ),
  ],
  ['a probe', asEvent('Readiness probe failed: HTTP probe failed with statuscode: 429', { reason: 'Unhealthy' })],
  ['a crash', asEvent('Back-off restarting failed container app in pod ferry-0_harbour(429)', { reason: 'BackOff' })],
  [
    'a crash in the status',
    asWaiting(image, 'CrashLoopBackOff', 'back-off 5m0s restarting failed container: 429 Too Many Requests'),
  ],
  ['a container that waits', asWaiting(image, 'ContainerCreating', '')],
  [
    'a volume',
    asEvent(
      'AttachVolume.Attach failed for volume "pvc-429": googleapi: Error 429: Rate Limit Exceeded, rateLimitExceeded',
      { reason: 'FailedAttachVolume' },
    ),
  ],
  [
    'the image of the sandbox',
    asEvent(`Failed to create pod sandbox: failed to pull image "registry.k8s.io/pause:3.9": ${LIMITED}`, {
      reason: 'FailedCreatePodSandBox',
    }),
  ],
  [
    'a Secret that is not there',
    asEvent('Unable to retrieve some image pull secrets (harbour-429); attempting to pull the image may not succeed.', {
      reason: 'FailedToRetrieveImagePullSecret',
    }),
  ],
  [
    'the API server, limited',
    asEvent('Error creating: Post "https://10.96.0.1:443/api/v1/namespaces/harbour/pods": 429 Too Many Requests', {
      reason: 'FailedCreate',
      source: { component: 'replicaset-controller' },
      reportingComponent: 'replicaset-controller',
      involvedObject: { kind: 'ReplicaSet', name: 'ferry' },
    }),
  ],
  [
    'the right words from another component',
    asEvent(asFailed(image, LIMITED), { source: { component: 'harbour-scanner' }, reportingComponent: '' }),
  ],
  [
    'the right words, another component that reports',
    asEvent(asFailed(image, LIMITED), { reportingComponent: 'harbour-scanner' }),
  ],
  [
    'the right words about a Node',
    asEvent(asFailed(image, LIMITED), { involvedObject: { kind: 'Node', name: 'node-429' } }),
  ],
  ['the right words about nothing', asEvent(asFailed(image, LIMITED), { involvedObject: undefined })],
  ['the right words in the middle', asEvent(`Somebody wrote: ${asFailed(image, LIMITED)}`)],
];

/** Back-offs of a kubelet before 1.32, or one that was restarted: a failed pull, and no word on why. */
const causeless = (image: Image): readonly (readonly [string, Input])[] => [
  ['a back-off in an Event', asEvent(asBackOff(image), { type: 'Normal', reason: 'BackOff' })],
  ['a back-off in the status', asWaiting(image, 'ImagePullBackOff', asBackOff(image))],
];

/** Messages on which the classifier has nothing to say. */
export const OUTSIDE = [...HUB_IMAGES.slice(0, 2).flatMap(beside), ...HUB_IMAGES.slice(1, 4).flatMap(causeless)];
