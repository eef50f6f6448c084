import type { RegistryCredentialPolicy } from '../../src/api/policy.ts';
import { dockerConfigJson, login, type Spec } from './objects.ts';
import type { OperatorProcess } from '../cluster/operator-process.ts';
import { until } from '../cluster/wait.ts';
import { KubeletPod, type PodShape } from './pulls-kubelet.ts';
import { conditionOf, isCurrent, type Scene } from './scene.ts';

/** What tests of failed pulls share: images, messages, and looks at metrics and status. */

export const HUB = 'https://index.docker.io/v1/';
export const IMAGE = 'harbourlight/ferry:1';
const MANIFEST = 'https://registry-1.docker.io/v2/harbourlight/ferry/manifests/1';

/** A runtime's words. The plain limit does not say who is limited, as with every HEAD request. */
export const WORDS = {
  limit: `failed to resolve image: unexpected status from HEAD request to ${MANIFEST}: 429 Too Many Requests`,
  anonymous:
    'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
  account:
    "toomanyrequests: You have reached your pull rate limit as 'PlantedUserQ7': dckr_jti_PlantedTokenId9=. You may increase the limit by upgrading.",
  refused: `failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://auth.docker.io/token?scope=PlantedScope3: 401 Unauthorized`,
  denied:
    'failed to resolve image: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  missing: `failed to resolve image: docker.io/${IMAGE}: not found`,
  qps: 'pull QPS exceeded',
} as const;

export const failed = (words: string, image = IMAGE): string => `Failed to pull image "${image}": ${words}`;
export const errImagePull = (words: string) => ({ reason: 'ErrImagePull', message: words });
/** Before Kubernetes 1.32 a back-off gave no cause. */
export const BARE_BACK_OFF = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${IMAGE}"` };

/**
 * For the body of a `describe`, after `useWorld`: its tests begin when the second is over in which the operator began to lead. Events have
 * whole seconds, and what happened in that one is left to a predecessor to count.
 */
export function afterTheFirstSecond(): void {
  before(async () => {
    const first = wholeSeconds();
    await until(() => Promise.resolve(wholeSeconds() > first || undefined), { what: 'the next second', within: 5_000 });
  });
}

const wholeSeconds = (): number => Math.floor(Date.now() / 1000);

/** A namespace `a` under a policy that holds a login for Docker Hub, in sync. */
export async function hubPolicy(scene: Scene, spec: Spec = {}): Promise<string> {
  const namespace = await scene.namespace('a');
  await scene.source(dockerConfigJson({ [HUB]: login('PlantedUserQ7', 'PlantedPasswordW5') }));
  await scene.policy(spec);
  await scene.untilSynced(1);
  return namespace;
}

export const createPod = (scene: Scene, namespace: string, name: string, shape: Partial<PodShape> = {}) =>
  KubeletPod.create(scene.api, namespace, name, { image: IMAGE, ...shape });

export const SERIES = {
  limited: (namespace: string, kind: string, registry = 'docker.io') =>
    `registry_credentials_image_pull_rate_limited_total{registry="${registry}",namespace="${namespace}",kind="${kind}"}`,
  refused: (namespace: string, registry = 'docker.io') =>
    `registry_credentials_image_pull_refused_total{registry="${registry}",namespace="${namespace}"}`,
  uncovered: (namespace: string, registry = 'docker.io') =>
    `registry_credentials_image_pull_rate_limited_uncovered_total{registry="${registry}",namespace="${namespace}"}`,
  waiting: (namespace: string, registry = 'docker.io') =>
    `registry_credentials_rate_limited_containers{registry="${registry}",namespace="${namespace}"}`,
  qps: (namespace: string) => `registry_credentials_kubelet_pull_qps_exceeded_total{namespace="${namespace}"}`,
  unreached: (policy: string, cause: string) =>
    `registry_credentials_unreached_pods{policy="${policy}",cause="${cause}"}`,
} as const;

/** Waits until a series has a value; undefined: until it is not there. @throws Error with what it was last */
export async function untilMetric(
  scene: Scene,
  operator: OperatorProcess,
  series: string,
  value: number | undefined,
): Promise<void> {
  let last: number | undefined;
  try {
    await scene.until(`${series} ${value ?? 'gone'}`, async () => {
      last = await operator.metric(series);
      return last === value ? true : undefined;
    });
  } catch (error) {
    throw new Error(`${String(error)}; it is ${last ?? 'not there'}`);
  }
}

/** Waits until RateLimited has this status and reason. */
export const untilLimited = (scene: Scene, reason: string, within?: string): Promise<RegistryCredentialPolicy> =>
  scene.untilPolicy(
    `RateLimited: ${reason}`,
    (policy) =>
      isCurrent(policy) &&
      conditionOf(policy, 'RateLimited')?.reason === reason &&
      (within === undefined || JSON.stringify(policy.status?.rateLimit ?? {}).includes(within)),
  );
