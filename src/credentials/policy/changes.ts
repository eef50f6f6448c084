import { namespaceName, type NamespaceName, type SecretName, secretName } from '../../api/keys.ts';
import { hasFinalizer, type Policy, recordedSecretNames, secretNamesOf, selectsNamespace } from '../../api/policy.ts';
import { readContributions } from '../ownership.ts';
import type { AccountEntry, CopyEntry, NamespaceEntry } from '../slim.ts';

/** Whether the namespaces have to be looked at again: they do not care for most of a policy's status. */
export function concernsNamespaces(old: Policy | undefined, now: Policy): boolean {
  if (old === undefined) return true;
  return (
    old.generation !== now.generation ||
    old.deleting !== now.deleting ||
    hasFinalizer(old) !== hasFinalizer(now) ||
    recordedSecretNames(old).join() !== recordedSecretNames(now).join()
  );
}

export interface ConcernedView {
  namespaces(): Iterable<NamespaceEntry>;
  copies(name: SecretName): Iterable<CopyEntry>;
  accounts(namespace: string): Iterable<AccountEntry>;
}

/**
 * The namespaces that any of these versions of a policy matches, those where a copy records it, and those where a ServiceAccount records an entry
 * of its name: the end of a policy waits for such an entry. Pure over the caches.
 */
export function namespacesOfPolicy(versions: readonly Policy[], view: ConcernedView): ReadonlySet<NamespaceName> {
  const concerned = new Set<NamespaceName>();
  const names = new Set(versions.flatMap((policy) => [...secretNamesOf(policy)]));
  const isRecorded = ({ recorded }: AccountEntry): boolean => recorded.some((name) => names.has(secretName(name)));
  for (const namespace of view.namespaces()) {
    const isMatched = versions.some((policy) => selectsNamespace(policy, namespace));
    if (isMatched || Iterator.from(view.accounts(namespace.name)).some(isRecorded))
      concerned.add(namespaceName(namespace.name));
  }
  for (const name of names) {
    for (const copy of view.copies(name)) {
      const contributions = readContributions(copy);
      if (versions.some((policy) => contributions?.has(policy.name) === true))
        concerned.add(namespaceName(copy.namespace));
    }
  }
  return concerned;
}
