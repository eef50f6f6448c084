import { isDeepStrictEqual } from 'node:util';
import { findCondition } from '../src/api/conditions.ts';
import type { RegistryCredentialPolicyStatus } from '../src/api/generated.ts';
import type { Secret, ServiceAccount } from '../src/api/objects.ts';
import { readDockerConfig } from '../src/credentials/sources/docker-config.ts';
import { NAMESPACES, POLICIES, SECRETS, SERVICE_ACCOUNTS } from '../src/kube/resources.ts';
import { OPERATOR_NAME } from '../src/names.ts';
import { COPY, POLICY, SOURCE } from './sample.ts';
import type { Stage } from './stage.ts';

/** uid of the copy in each namespace. */
export type CopyUids = ReadonlyMap<string, string>;

/**
 * Waits until every namespace but those left out has a copy with the credentials that the source holds now, the default ServiceAccount refers to
 * it, and the policy says so.
 * @param leftOut namespaces where no copy is expected
 */
export function everythingInOrder(stage: Stage, what: string, leftOut: readonly string[] = []): Promise<CopyUids> {
  return stage.until(what, async () => {
    const uids = await copiesInOrder(stage, leftOut);
    if (uids === undefined) return undefined;
    const { isReady, namespaces } = await policyStatus(stage);
    return isReady && namespaces === uids.size ? uids : undefined;
  });
}

async function copiesInOrder({ api }: Stage, leftOut: readonly string[]): Promise<CopyUids | undefined> {
  const [namespaces, source, copies, accounts] = await Promise.all([
    api.list(NAMESPACES, {}),
    api.get(SECRETS, { namespace: OPERATOR_NAME, name: SOURCE }),
    api.list(SECRETS, { fieldSelector: `metadata.name=${COPY}` }),
    api.list(SERVICE_ACCOUNTS, { fieldSelector: 'metadata.name=default' }),
  ]);
  const copyIn = byNamespace(copies.items);
  const accountIn = byNamespace(accounts.items);
  const uids = new Map<string, string>();
  for (const { metadata } of namespaces.items) {
    if (leftOut.includes(metadata.name)) continue;
    const copy = copyIn.get(metadata.name);
    if (copy === undefined || !sameCredentials(copy, source)) return undefined;
    if (!hasEntry(accountIn.get(metadata.name))) return undefined;
    uids.set(metadata.name, copy.metadata.uid ?? '');
  }
  return uids;
}

const byNamespace = <T extends Secret | ServiceAccount>(items: readonly T[]): ReadonlyMap<string, T> =>
  new Map(items.map((item) => [item.metadata.namespace ?? '', item]));

/** The operator sorts keys, kubectl does not: what the kubelet would read is compared. */
function sameCredentials(copy: Secret, source: Secret): boolean {
  const read = (secret: Secret) => new Map(readDockerConfig(secret).map(({ key, fields }) => [key, fields]));
  return copy.type === source.type && read(source).size > 0 && isDeepStrictEqual(read(copy), read(source));
}

export const hasEntry = (account: ServiceAccount | undefined): boolean =>
  account?.imagePullSecrets?.some(({ name }) => name === COPY) === true;

export interface PolicyState {
  /** Ready is True, and for the generation that there is now. */
  readonly isReady: boolean;
  /** The spec as it is now was acted on. */
  readonly isCurrent: boolean;
  /** In sync. */
  readonly namespaces: number;
  readonly failures: NonNullable<RegistryCredentialPolicyStatus['failures']>;
}

/** What the policy says of itself. */
export async function policyStatus({ api }: Stage): Promise<PolicyState> {
  const { metadata, status = {} } = await api.get(POLICIES, { name: POLICY });
  const ready = findCondition(status.conditions, 'Ready');
  const isCurrent = status.observedGeneration === metadata.generation;
  return {
    isCurrent,
    isReady: isCurrent && ready?.status === 'True' && ready.observedGeneration === metadata.generation,
    namespaces: status.namespaces?.synced ?? 0,
    failures: status.failures ?? [],
  };
}

/** One Secret, or undefined where it is not. */
export async function findSecret({ api }: Stage, namespace: string, name: string): Promise<Secret | undefined> {
  const { items } = await api.list(SECRETS, { namespace, fieldSelector: `metadata.name=${name}` });
  return items[0];
}

/** The default ServiceAccount of a namespace, or undefined where it is not there yet. */
export async function findAccount({ api }: Stage, namespace: string): Promise<ServiceAccount | undefined> {
  const { items } = await api.list(SERVICE_ACCOUNTS, { namespace, fieldSelector: 'metadata.name=default' });
  return items[0];
}
