import { policyName } from '../../src/api/keys.ts';
import type { PullFailure } from '../../src/pulls/message/classify.ts';
import type { Coverage, CoveringPolicy } from '../../src/pulls/coverage/coverage.ts';
import { Feeding } from '../../src/pulls/coverage/feeding.ts';
import { Registries } from '../../src/pulls/coverage/registries.ts';
import { type EventEntry, type PodEvent, slimEvent } from '../../src/pulls/events/event.ts';
import type { LimitRecord, RefusalRecord } from '../../src/pulls/failure-log.ts';
import { type Pod, type PodEntry, slimPod } from '../../src/pulls/pods/pod.ts';

/** Pods, Events and policies as flow B sees them. */

export const IMAGE = 'harbourlight/ferry:1';
export const HUB_KEY = 'https://index.docker.io/v1/';
export const COPY = 'registry-credentials';

const url = (image: string): string => `https://registry-1.docker.io/v2/${image.replace(':', '/manifests/')}`;

/** A runtime's words, without what the kubelet puts before them. */
export const CAUSES = {
  limit: (image = IMAGE) => `unexpected status from HEAD request to ${url(image)}: 429 Too Many Requests`,
  anonymous: () => 'toomanyrequests: You have reached your unauthenticated pull rate limit.',
  account: () => "toomanyrequests: You have reached your pull rate limit as 'planteduser': dckr_jti_plantedtoken=.",
  abuse: () => 'Too Many Requests (HAP429).',
  refused: () =>
    'failed to fetch oauth token: unexpected status from GET request to https://r.io/token: 401 Unauthorized',
  denied: () =>
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  tokenLimited: () =>
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.docker.io/token: 429 Too Many Requests',
  tokenRefused: () =>
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.docker.io/token: 401 Unauthorized',
  mirrorLimited: () =>
    'unexpected status from HEAD request to https://mirror.example.net/v2/harbourlight/ferry/manifests/1?ns=docker.io: 429 Too Many Requests',
  mirrorRefused: () =>
    'unexpected status from HEAD request to https://mirror.example.net/v2/harbourlight/ferry/manifests/1?ns=docker.io: 401 Unauthorized',
  missing: (image = IMAGE) => `docker.io/${image}: not found`,
  qps: () => 'pull QPS exceeded',
} as const;

export const failedTo = (cause: string, image = IMAGE): string => `Failed to pull image "${image}": ${cause}`;

export const limited = (changes: Partial<PullFailure> = {}): PullFailure => ({
  outcome: 'rate-limited',
  kind: 'unknown',
  registry: 'docker.io',
  image: IMAGE,
  ...changes,
});

export interface PodShape {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly image?: string;
  readonly account?: string;
  readonly secrets?: readonly string[];
  readonly pullPolicy?: string;
  /** Reason and message of `waiting`; without it the container waits for nothing. */
  readonly waiting?: readonly [string, string];
}

/** A pod of one container, `app`. */
export const podOf = ({
  name = 'p',
  namespace = 'ns',
  uid = 'u',
  image = IMAGE,
  account = 'default',
  secrets = [],
  pullPolicy = 'IfNotPresent',
  waiting,
}: PodShape = {}): Pod => ({
  metadata: { name, namespace, uid, resourceVersion: '1' },
  spec: {
    serviceAccountName: account,
    imagePullSecrets: secrets.map((secret) => ({ name: secret })),
    containers: [{ name: 'app', image, imagePullPolicy: pullPolicy }],
  },
  status: {
    phase: 'Pending',
    ...(waiting && {
      containerStatuses: [{ name: 'app', state: { waiting: { reason: waiting[0], message: waiting[1] } } }],
    }),
  },
});

export const pod = (shape: PodShape = {}): PodEntry => slimPod(podOf(shape));

/** A pod that waits because of a limit, and says so. */
export const limitedPod = (shape: PodShape = {}): PodEntry =>
  pod({ waiting: ['ErrImagePull', CAUSES.limit(shape.image)], ...shape });

/** An Event of the kubelet about a pod of `podOf`. */
export const eventOf = (changes: Partial<PodEvent> = {}, name = 'e'): PodEvent => ({
  metadata: { name, namespace: 'ns', uid: 'event-uid', creationTimestamp: '2026-01-01T00:00:00Z' },
  type: 'Warning',
  reason: 'Failed',
  message: failedTo(CAUSES.limit()),
  count: 1,
  source: { component: 'kubelet' },
  reportingComponent: 'kubelet',
  involvedObject: { kind: 'Pod', namespace: 'ns', name: 'p', uid: 'u' },
  ...changes,
});

export const event = (changes: Partial<PodEvent> = {}, name = 'e'): EventEntry => slimEvent(eventOf(changes, name));

/** A policy and the keys that it feeds. */
export interface FeedingPolicy extends CoveringPolicy {
  readonly keys: readonly string[];
}

export const policy = ({
  keys = [HUB_KEY],
  ...changes
}: Partial<Omit<FeedingPolicy, 'registries'>> = {}): FeedingPolicy => ({
  name: policyName('hub'),
  secretName: COPY,
  keys,
  registries: new Registries(keys),
  windowMs: 900_000,
  threshold: 1,
  covers: () => true,
  selectsServiceAccount: (_, name) => name === 'default',
  ...changes,
});

/** All namespaces that policies cover are in sync. @param accounts `imagePullSecrets` by ServiceAccount */
export const coverage = (
  policies: readonly FeedingPolicy[] = [policy()],
  accounts: Readonly<Record<string, readonly string[]>> = { default: [COPY] },
): Coverage => {
  const copies = new Map<string, Feeding>();
  return {
    policies: () => policies,
    copyIn: (namespace, secretName) => {
      const key = `${namespace}/${secretName}`;
      const feeding = policies.filter((each) => each.secretName === secretName && each.covers(namespace));
      if (feeding.length === 0) return undefined;
      const copy = copies.get(key) ?? new Feeding(feeding.map(({ name, keys }) => [name, keys] as const));
      copies.set(key, copy);
      return copy;
    },
    pullSecretsOf: (_, name) => accounts[name],
  };
};

const failure = { at: 0, namespace: 'ns', registry: 'docker.io', count: 1 } as const;

export const record = (changes: Partial<LimitRecord> = {}): LimitRecord => ({
  ...failure,
  outcome: 'rate-limited',
  kind: 'anonymous',
  inferred: true,
  ...changes,
});

/** A refusal of the policy's credential. */
export const refusal = (changes: Partial<RefusalRecord> = {}): RefusalRecord => ({
  ...failure,
  outcome: 'credentials-refused',
  sent: [policyName('hub')],
  mayNotExist: false,
  ...changes,
});
