import { namespaceName, type NamespaceName, type SecretName } from '../../api/keys.ts';
import { hasFinalizer, type Policy, recordedSecretNames, secretNamesOf, selectsNamespace } from '../../api/policy.ts';
import { readContributions } from '../ownership.ts';
import type { CopyEntry, NamespaceEntry } from '../slim.ts';

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
}

/** The namespaces that any of these versions of a policy matches, and those where a copy records it. Pure over the caches. */
export function namespacesOfPolicy(versions: readonly Policy[], view: ConcernedView): ReadonlySet<NamespaceName> {
  const concerned = new Set<NamespaceName>();
  for (const namespace of view.namespaces()) {
    if (versions.some((policy) => selectsNamespace(policy, namespace))) concerned.add(namespaceName(namespace.name));
  }
  const names = new Set(versions.flatMap((policy) => [...secretNamesOf(policy)]));
  for (const name of names) {
    for (const copy of view.copies(name)) {
      const contributions = readContributions(copy);
      if (versions.some((policy) => contributions?.has(policy.name) === true))
        concerned.add(namespaceName(copy.namespace));
    }
  }
  return concerned;
}
