import type { Condition } from '../../src/api/generated.ts';
import type { KubeEvent, Secret, ServiceAccount } from '../../src/api/objects.ts';
import type { RegistryCredentialPolicy } from '../../src/api/policy.ts';
import type { ConditionType } from '../../src/api/conditions.ts';
import type { ApiClient } from '../../src/kube/client.ts';
import { isApiError } from '../../src/kube/errors.ts';
import { EVENTS, NAMESPACES, POLICIES, SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { EVENT_NAMESPACE, OPERATOR_NAME } from '../../src/names.ts';
import { until } from '../cluster/wait.ts';
import { COPY, dockerConfigJson, login, policyObject, secretObject, type Spec } from './objects.ts';

const WITHIN = 15_000;
const EVERY = 20;

/** One test's own part of the shared cluster: every name in it begins with the scene's. */
export class Scene {
  readonly name: string;
  readonly api: ApiClient;

  constructor(name: string, api: ApiClient) {
    this.name = name;
    this.api = api;
  }

  /** Creates a namespace and waits for its ServiceAccount `default`. @returns its name */
  async namespace(suffix: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = `${this.name}-${suffix}`;
    await this.api.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    await this.until(`ServiceAccount ${name}/default`, () => this.account(name));
    return name;
  }

  /** Creates a source in the operator's namespace; without content one for registry.example.com. @returns its name */
  async source(content: object = dockerConfigJson({ 'registry.example.com': login('user', 'first') }), suffix = '') {
    const name = `${this.name}${suffix}`;
    await this.api.create(
      SECRETS,
      { namespace: OPERATOR_NAME },
      secretObject({ name, namespace: OPERATOR_NAME }, content),
    );
    return name;
  }

  /** Gives a source other content, in place. */
  async rotate(content: object, suffix = ''): Promise<void> {
    const ref = { namespace: OPERATOR_NAME, name: `${this.name}${suffix}` };
    await this.api.update(SECRETS, ref, secretObject(ref, content));
  }

  /** Creates a policy for this scene's namespaces and its source; `spec` changes that. @returns its name */
  async policy(spec: Spec = {}, suffix = ''): Promise<string> {
    const name = `${this.name}${suffix}`;
    await this.api.create(
      POLICIES,
      {},
      policyObject(name, {
        credentials: [{ secretRef: { name: this.name } }],
        namespaces: { include: [`${this.name}-*`] },
        ...spec,
      }),
    );
    return name;
  }

  async patchPolicy(spec: object, suffix = ''): Promise<void> {
    await this.api.patch(POLICIES, { name: `${this.name}${suffix}` }, { spec }, 'merge');
  }

  /** Deletes a policy and waits until it is gone. */
  async end(suffix = ''): Promise<void> {
    const name = `${this.name}${suffix}`;
    await this.api.delete(POLICIES, { name });
    await this.until(`policy ${name} gone`, async () => ((await this.found(suffix)) === undefined ? true : undefined));
  }

  found(suffix = ''): Promise<RegistryCredentialPolicy | undefined> {
    return orAbsent(this.api.get(POLICIES, { name: `${this.name}${suffix}` }));
  }

  secret(namespace: string, name = COPY): Promise<Secret | undefined> {
    return orAbsent(this.api.get(SECRETS, { namespace, name }));
  }

  account(namespace: string, name = 'default'): Promise<ServiceAccount | undefined> {
    return orAbsent(this.api.get(SERVICE_ACCOUNTS, { namespace, name }));
  }

  /** The names in `imagePullSecrets`, in their order; empty where there is no such ServiceAccount. */
  async entries(namespace: string, name = 'default'): Promise<readonly (string | undefined)[]> {
    return ((await this.account(namespace, name))?.imagePullSecrets ?? []).map((entry) => entry.name);
  }

  async condition(type: ConditionType, suffix = ''): Promise<Condition | undefined> {
    return conditionOf(await this.found(suffix), type);
  }

  /** Looks until there is something to see. @throws Error naming `what` after 15 s. */
  until<T>(what: string, look: () => Promise<T | undefined>, within = WITHIN): Promise<T> {
    return until(look, { what, within, every: EVERY });
  }

  untilSecret(namespace: string, what: string, holds: (copy: Secret) => boolean = () => true, name = COPY) {
    return this.until(`Secret ${namespace}/${name} ${what}`, async () => {
      const copy = await this.secret(namespace, name);
      return copy !== undefined && holds(copy) ? copy : undefined;
    });
  }

  untilNoSecret(namespace: string, name = COPY): Promise<true> {
    return this.until(`no Secret ${namespace}/${name}`, async () =>
      (await this.secret(namespace, name)) === undefined ? true : undefined,
    );
  }

  /** Waits until `imagePullSecrets` has just these names, in this order. */
  untilEntries(namespace: string, names: readonly string[], account = 'default'): Promise<true> {
    return this.until(`ServiceAccount ${namespace}/${account} with [${names.join(', ')}]`, async () =>
      (await this.entries(namespace, account)).join() === names.join() ? true : undefined,
    );
  }

  /** @throws Error with the policy as it was last seen */
  async untilPolicy(what: string, holds: (policy: RegistryCredentialPolicy) => boolean, suffix = '') {
    let last: RegistryCredentialPolicy | undefined;
    try {
      return await this.until(`policy ${this.name}${suffix} ${what}`, async () => {
        last = await this.found(suffix);
        return last !== undefined && holds(last) ? last : undefined;
      });
    } catch (error) {
      throw new Error(`${String(error)}; it is ${JSON.stringify(last?.status ?? 'gone, or without status')}`);
    }
  }

  /** Waits until the status is about the present generation and the condition has this reason. */
  untilReason(type: ConditionType, reason: string, suffix = ''): Promise<RegistryCredentialPolicy> {
    return this.untilPolicy(
      `${type}: ${reason}`,
      (policy) => isCurrent(policy) && conditionOf(policy, type)?.reason === reason,
      suffix,
    );
  }

  /** Waits until the policy is in sync in as many namespaces as are said. */
  untilSynced(namespaces: number, suffix = ''): Promise<RegistryCredentialPolicy> {
    return this.untilPolicy(
      `synced in ${namespaces} namespaces`,
      (policy) =>
        isCurrent(policy) &&
        conditionOf(policy, 'Ready')?.status === 'True' &&
        policy.status?.namespaces?.summary === `${namespaces}/${namespaces}`,
      suffix,
    );
  }

  /** The Events about a policy, from the newest version of each. */
  async events(suffix = ''): Promise<readonly KubeEvent[]> {
    const fieldSelector = `involvedObject.name=${this.name}${suffix}`;
    return (await this.api.list(EVENTS, { namespace: EVENT_NAMESPACE, fieldSelector })).items;
  }

  untilEvent(reason: string, suffix = ''): Promise<KubeEvent> {
    return this.until(`Event ${reason} about ${this.name}${suffix}`, async () =>
      (await this.events(suffix)).find((event) => event.reason === reason),
    );
  }
}

/** Waits for an answer; an object that is not there is undefined. */
export async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isApiError(error, 'not-found')) return undefined;
    throw error;
  }
}

export const conditionOf = (policy: RegistryCredentialPolicy | undefined, type: ConditionType): Condition | undefined =>
  policy?.status?.conditions?.find((condition) => condition.type === type);

export const isCurrent = ({ metadata, status }: RegistryCredentialPolicy): boolean =>
  status?.observedGeneration === metadata.generation;
