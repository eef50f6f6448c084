import { type SecretName, secretName } from '../../src/api/keys.ts';
import { type Policy, secretNamesOf } from '../../src/api/policy.ts';
import type { RemnantView } from '../../src/credentials/policy/remnants.ts';
import type { Resolution } from '../../src/credentials/sources/resolve.ts';
import type { Caches } from '../../src/credentials/namespace/situation.ts';
import type { AccountEntry, CopyEntry, NamespaceEntry } from '../../src/credentials/slim.ts';
import { entry, resolution } from './build.ts';

export interface Cluster {
  readonly policies?: readonly Policy[];
  readonly namespaces?: readonly NamespaceEntry[];
  readonly copies?: readonly CopyEntry[];
  readonly accounts?: readonly AccountEntry[];
  /** By policy name; each gives `docker.io` unless it stands here. */
  readonly resolutions?: Readonly<Record<string, Resolution>>;
  /** Names whose watch gives no answer. */
  readonly blind?: readonly string[];
  /** `namespace/name` of sources. */
  readonly sources?: readonly string[];
}

/** The caches, over a few objects. */
export function viewOf(cluster: Cluster): Caches & RemnantView {
  const { policies = [], namespaces = [], copies = [], accounts = [], blind = [], sources = [] } = cluster;
  const named = (name: SecretName): CopyEntry[] => copies.filter((copy) => secretName(copy.name) === name);
  return {
    policies: () => policies,
    namespaces: () => namespaces,
    watchedNames: () => new Set(policies.flatMap((policy) => [...secretNamesOf(policy)])),
    resolution: ({ name }) => cluster.resolutions?.[name] ?? resolution([entry('docker.io')]),
    isWatched: (name) => !blind.includes(name),
    copies: named,
    copy: (name, namespace) => named(name).find((copy) => copy.namespace === namespace),
    accounts: (namespace) => accounts.filter((account) => account.namespace === namespace),
    isOut: (namespace, name) => sources.includes(`${namespace}/${name}`),
  };
}
