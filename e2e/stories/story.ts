import type { Condition } from '../../src/api/generated.ts';
import type { RegistryCredentialPolicy } from '../../src/api/policy.ts';
import { NAMESPACES, POLICIES, SECRETS } from '../../src/kube/resources.ts';
import { OPERATOR_NAME } from '../../src/names.ts';
import { logToStderr } from '../../test/cluster/log.ts';
import { dockerConfigJson, login, type Spec } from '../../test/integration/objects.ts';
import { conditionOf, orAbsent, Scene } from '../../test/integration/scene.ts';
import { steps, type Step } from '../node/steps.ts';
import { pushImage, type PushedImage } from '../registry/images/push.ts';
import type { Limiter } from '../registry/limiter/limiter.ts';
import {
  blockedContainers,
  DEPLOYMENTS,
  deploymentObject,
  failuresIn,
  isRunning,
  type Pod,
  POD_EVENTS,
  podObject,
  PODS,
  type PodShape,
} from './pods.ts';
import type { World } from './world.ts';

/** A pull that fails waits 10 s, 20 s, 40 s; a story that heals may see two of these. */
const WITHIN = 120_000;

export const HUB_KEY = 'https://index.docker.io/v1/';

/** Failed pulls as two count them. */
interface Counts {
  readonly kubelet: number;
  readonly operator: number;
}

/** One story's part of the cluster: its namespaces, images, policies. Every name begins with the story's. */
export class Story {
  readonly name: string;
  readonly world: World;
  readonly scene: Scene;
  readonly step: Step;

  constructor(name: string, world: World) {
    this.name = name;
    this.world = world;
    this.scene = new Scene(name, world.api);
    this.step = steps((line) => {
      logToStderr(`  ${line}`);
    });
  }

  /** A new image at the registries; `tag` and `digest` are names for a pod. */
  async image(
    name = 'app',
    tag = '1',
  ): Promise<{ readonly tag: string; readonly digest: string } & { readonly pushed: PushedImage }> {
    const repository = `${this.name}/${name}`;
    const pushed = await pushImage(this.world.backend.url, { repository, tag });
    return { tag: `${repository}:${tag}`, digest: `${repository}@${pushed.digest}`, pushed };
  }

  /** An account without a limit at the registry that stands for Docker Hub, and the source Secret for it. */
  async account(user: string, password: string): Promise<void> {
    this.world.hub.rules.setPassword(user, password);
    this.world.hub.rules.setAccountLimit(user, undefined);
    await this.scene.source(dockerConfigJson({ [HUB_KEY]: login(user, password) }));
  }

  async policy(spec: Spec = {}, suffix = ''): Promise<string> {
    return this.scene.policy(spec, suffix);
  }

  async pod(namespace: string, name: string, shape: PodShape): Promise<void> {
    await this.world.api.create(PODS, { namespace }, podObject(name, shape));
  }

  async deployment(namespace: string, name: string, replicas: number, shape: PodShape): Promise<void> {
    await this.world.api.create(DEPLOYMENTS, { namespace }, deploymentObject(name, replicas, shape));
  }

  async pods(namespace: string): Promise<readonly Pod[]> {
    return (await this.world.api.list(PODS, { namespace })).items;
  }

  until<T>(what: string, look: () => Promise<T | undefined>, within = WITHIN): Promise<T> {
    return this.scene.until(what, look, within);
  }

  /** @throws Error with the pod's waiting containers as they were last */
  async untilPod(namespace: string, name: string, what: string, holds: (pod: Pod) => boolean): Promise<Pod> {
    let last: Pod | undefined;
    try {
      return await this.until(`pod ${namespace}/${name} ${what}`, async () => {
        last = await orAbsent(this.world.api.get(PODS, { namespace, name }));
        return last !== undefined && holds(last) ? last : undefined;
      });
    } catch (error) {
      throw new Error(`${String(error)}; it is ${JSON.stringify(last?.status ?? 'gone')}`);
    }
  }

  untilBlocked(namespace: string, name: string, words = ''): Promise<Pod> {
    return this.untilPod(namespace, name, `waits for its image${words && `, with ${words}`}`, (pod) =>
      blockedContainers(pod).some(({ state }) => state?.waiting?.message?.includes(words) === true),
    );
  }

  untilRuns(namespace: string, name: string): Promise<Pod> {
    return this.untilPod(namespace, name, 'runs', isRunning);
  }

  /** Waits until RateLimited has this reason and, where given, its message these words. */
  untilLimited(reason: string, ...words: readonly string[]): Promise<RegistryCredentialPolicy> {
    return this.untilCondition('RateLimited', reason, words);
  }

  untilAccepted(reason: string, ...words: readonly string[]): Promise<RegistryCredentialPolicy> {
    return this.untilCondition('CredentialsAccepted', reason, words);
  }

  async untilCondition(
    type: Parameters<Scene['condition']>[0],
    reason: string,
    words: readonly string[] = [],
    suffix = '',
  ): Promise<RegistryCredentialPolicy> {
    let last: Condition | undefined;
    try {
      return await this.until(`${type} ${reason}`, async () => {
        const policy = await this.scene.found(suffix);
        last = policy === undefined ? undefined : conditionOf(policy, type);
        const holds = last?.reason === reason && words.every((word) => last?.message.includes(word));
        return policy !== undefined && holds ? policy : undefined;
      });
    } catch (error) {
      throw new Error(`${String(error)}; it is ${JSON.stringify(last ?? 'not there')}`);
    }
  }

  /** Waits until the policy is as `holds` says. @throws Error with its status as it was last */
  async untilPolicy(
    what: string,
    holds: (policy: RegistryCredentialPolicy) => boolean | undefined,
  ): Promise<RegistryCredentialPolicy> {
    let last: RegistryCredentialPolicy | undefined;
    try {
      return await this.until(`the policy: ${what}`, async () => {
        last = await this.scene.found();
        return last !== undefined && holds(last) === true ? last : undefined;
      });
    } catch (error) {
      throw new Error(`${String(error)}; it is ${JSON.stringify(last?.status ?? 'not there')}`);
    }
  }

  /** Waits until the sum of the leader's series that begin so is `value`. @throws Error with what it was last */
  async untilMetric(series: string, value: number): Promise<void> {
    let last: number | undefined;
    try {
      await this.until(`${series} ${value}`, async () => {
        last = await this.world.operator.sum(series);
        return last === value ? true : undefined;
      });
    } catch (error) {
      throw new Error(`${String(error)}; it is ${last ?? 'unknown'}`);
    }
  }

  /** Waits until a Deployment has rolled out: as many pods of its newest template, and no other. */
  async untilAvailable(namespace: string, name: string, replicas: number): Promise<void> {
    await this.until(`Deployment ${namespace}/${name} with ${replicas} pods`, async () => {
      const { metadata, status } = await this.world.api.get(DEPLOYMENTS, { namespace, name });
      const { observedGeneration, updatedReplicas, availableReplicas, replicas: all } = status ?? {};
      const isCurrent = observedGeneration === metadata.generation;
      return (isCurrent && [updatedReplicas, availableReplicas, all].every((count) => count === replicas)) || undefined;
    });
  }

  /** Failed pulls that the kubelet has counted in a namespace. @param words which failures */
  async kubeletCount(namespace: string, words: string): Promise<number> {
    return failuresIn((await this.world.api.list(POD_EVENTS, { namespace })).items, words);
  }

  /** What both have counted, read while the kubelet counted nothing. */
  counts(namespace: string, series: string, words: string): Promise<Counts> {
    return this.until('a moment without a failed pull', async () => {
      const before = await this.kubeletCount(namespace, words);
      const operator = await this.world.operator.sum(series);
      const kubelet = await this.kubeletCount(namespace, words);
      return kubelet === before ? { kubelet, operator } : undefined;
    });
  }

  /**
   * Waits until the operator has counted what the kubelet has, and looks twice: it may still be counting the kubelet's last.
   * @param before what the kubelet had counted when this operator took over
   * @throws Error with both counts as they were last
   */
  async untilCountsAgree(namespace: string, series: string, words: string, before = 0): Promise<number> {
    let last: Counts | undefined;
    const agreed = async (): Promise<number | undefined> => {
      last = await this.counts(namespace, series, words);
      return last.operator > 0 && last.operator === last.kubelet - before ? last.operator : undefined;
    };
    try {
      return await this.until('the counts of operator and kubelet agree', async () =>
        (await agreed()) === undefined ? undefined : agreed(),
      );
    } catch (error) {
      throw new Error(`${String(error)}; they are ${JSON.stringify(last)}, ${before} of the kubelet's before`);
    }
  }

  /** Everything of the story goes; the registry is as at the start. */
  async end(): Promise<void> {
    const { api, hub, second } = this.world;
    const mine = (name: string): boolean => name === this.name || name.startsWith(`${this.name}-`);
    const policies = (await api.list(POLICIES, {})).items.map(({ metadata }) => metadata.name).filter(mine);
    for (const name of policies) await orAbsent(api.delete(POLICIES, { name }));
    const namespaces = (await api.list(NAMESPACES, {})).items.map(({ metadata }) => metadata.name).filter(mine);
    for (const name of namespaces) await orAbsent(api.delete(NAMESPACES, { name }));
    for (const registry of [hub, second]) resetLimiter(registry);
    for (const { metadata } of (await api.list(SECRETS, { namespace: OPERATOR_NAME })).items.filter(({ metadata }) =>
      mine(metadata.name),
    ))
      await orAbsent(api.delete(SECRETS, { namespace: OPERATOR_NAME, name: metadata.name }));
    const left = async (): Promise<true | undefined> => {
      const names = [...(await api.list(POLICIES, {})).items, ...(await api.list(NAMESPACES, {})).items];
      return names.some(({ metadata }) => mine(metadata.name)) ? undefined : true;
    };
    await this.until(`everything of ${this.name} gone`, left);
  }

  /** Series of one namespace, for `sum`. */
  static readonly series = {
    limited: (namespace: string): string =>
      `registry_credentials_image_pull_rate_limited_total{registry="docker.io",namespace="${namespace}"`,
    waiting: (namespace: string, registry = 'docker.io'): string =>
      `registry_credentials_rate_limited_containers{registry="${registry}",namespace="${namespace}"}`,
    qps: (namespace: string): string =>
      `registry_credentials_kubelet_pull_qps_exceeded_total{namespace="${namespace}"}`,
    refused: (namespace: string): string =>
      `registry_credentials_image_pull_refused_total{registry="docker.io",namespace="${namespace}"}`,
    unreached: (policy: string, cause: string): string =>
      `registry_credentials_unreached_pods{policy="${policy}",cause="${cause}"}`,
  } as const;
}

/** No limit, and as if nobody had pulled yet. Accounts stay. */
function resetLimiter(limiter: Limiter): void {
  limiter.rules.setAnonymousLimit(undefined);
  limiter.rules.setAbuse(undefined);
  limiter.rules.setRefusedHeads('tags');
  limiter.forgetPulls();
  limiter.log.clear();
}

export const OPERATOR_REF = { namespace: OPERATOR_NAME, name: OPERATOR_NAME } as const;
