import { namespaceName, type SecretName, secretName } from '../../api/keys.ts';
import { type Policy, recordedSecretNames, selectsNamespace, wantedSecretName } from '../../api/policy.ts';
import { hasMarker, readContributions } from '../ownership.ts';
import type { AccountEntry, CopyEntry, NamespaceEntry } from '../slim.ts';
import type { Remnant } from './status-input.ts';

/** What has to be looked through to say what remains of a policy. */
export interface RemnantView {
  policies(): Iterable<Policy>;
  namespaces(): Iterable<NamespaceEntry>;
  copies(name: SecretName): Iterable<CopyEntry>;
  accounts(namespace: string): Iterable<AccountEntry>;
  isWatched(name: SecretName): boolean;
}

export type NamedRemnant = Remnant & { readonly secretName: SecretName };

/**
 * What still lies in the cluster of one policy, under names that it has no more use for: all of them when it is being deleted, else those
 * that it had before. Terminating namespaces count as done. Pure over the caches.
 */
export function remnantsOf(policy: Policy, view: RemnantView): readonly NamedRemnant[] {
  const names = recordedSecretNames(policy).filter((name) => policy.deleting || name !== wantedSecretName(policy));
  if (names.length === 0) return [];
  const living = new Map(
    [...view.namespaces()].filter(({ terminating }) => !terminating).map((namespace) => [namespace.name, namespace]),
  );
  const copies = names.flatMap((name) => copyRemnants(policy, name, living, view));
  return [...copies, ...accountRemnants(policy, names, living, view)];
}

/** Names of which it cannot be said yet whether anything remains. */
export const unknownNames = (policy: Policy, view: RemnantView): readonly SecretName[] =>
  recordedSecretNames(policy).filter((name) => !view.isWatched(name));

function copyRemnants(
  policy: Policy,
  name: SecretName,
  living: ReadonlyMap<string, NamespaceEntry>,
  view: RemnantView,
): NamedRemnant[] {
  return [...view.copies(name)]
    .filter(
      (copy) => living.has(copy.namespace) && hasMarker(copy) && readContributions(copy)?.has(policy.name) === true,
    )
    .map((copy) => ({ namespace: namespaceName(copy.namespace), kind: 'Secret', name, secretName: name }));
}

/**
 * Entries are not recorded by policy: one that another policy answers for in this namespace is no remnant of ours. It answers for what
 * its status records, and asks for here or feeds here; else nobody would be left who may remove the entry.
 */
function accountRemnants(
  policy: Policy,
  names: readonly SecretName[],
  living: ReadonlyMap<string, NamespaceEntry>,
  view: RemnantView,
): NamedRemnant[] {
  const others = [...view.policies()].filter((other) => other.name !== policy.name && !other.deleting);
  const fedBy = new Map(
    names
      .flatMap((name) => [...view.copies(name)])
      .map((copy) => [`${copy.namespace}/${copy.name}`, hasMarker(copy) ? readContributions(copy) : undefined]),
  );
  const othersAnswer = (namespace: NamespaceEntry, name: SecretName): boolean =>
    others.some(
      (other) =>
        recordedSecretNames(other).includes(name) &&
        (fedBy.get(`${namespace.name}/${name}`)?.has(other.name) === true ||
          (wantedSecretName(other) === name && selectsNamespace(other, namespace))),
    );
  // Else anybody who may edit one ServiceAccount anywhere could forge a record, and hold up every policy of that name.
  const isOurs = (namespace: NamespaceEntry, name: SecretName): boolean =>
    selectsNamespace(policy, namespace) || fedBy.get(`${namespace.name}/${name}`)?.has(policy.name) === true;
  const known = new Set([...view.policies()].map((other) => other.name));
  // Beside an orphaned copy its entries are left alone too: waiting for them would have no end.
  const isOrphaned = (namespace: NamespaceEntry, name: SecretName): boolean => {
    const feeders = fedBy.get(`${namespace.name}/${name}`);
    return feeders !== undefined && !feeders.keys().some((feeder) => known.has(feeder));
  };
  const remnants: NamedRemnant[] = [];
  for (const namespace of living.values()) {
    for (const account of view.accounts(namespace.name)) {
      for (const name of account.recorded.map(secretName)) {
        if (!names.includes(name) || !isOurs(namespace, name)) continue;
        if (othersAnswer(namespace, name) || isOrphaned(namespace, name)) continue;
        remnants.push({
          namespace: namespaceName(namespace.name),
          kind: 'ServiceAccount',
          name: account.name,
          secretName: name,
        });
      }
    }
  }
  return remnants;
}
