import { wouldUse } from '../image/keyring.ts';
import type { Coverage, CoveringPolicy } from '../coverage/coverage.ts';
import type { ContainerEntry, PodEntry } from '../pods/pod.ts';

/** Why the credential of a policy that covers a pod did not reach its pull. */
export type UnreachedCause =
  'AdmittedBefore' | 'OwnPullSecrets' | 'ServiceAccountNotSelected' | 'KeyNeverMatches' | 'Unexplained';

export const UNREACHED_CAUSES: readonly UnreachedCause[] = [
  'AdmittedBefore',
  'OwnPullSecrets',
  'ServiceAccountNotSelected',
  'KeyNeverMatches',
  'Unexplained',
];

/** What a person does about each, as part of a sentence. */
export const REMEDIES: Readonly<Record<UnreachedCause, string>> = {
  AdmittedBefore: 'created before their ServiceAccount had the entry: restart the workload once it has',
  OwnPullSecrets: 'have imagePullSecrets of their own without ours: add the entry there',
  ServiceAccountNotSelected: 'run under a ServiceAccount that the policy does not select',
  KeyNeverMatches: 'use an image that no key in the Secret matches',
  Unexplained: 'refer to the Secret; a mirror or credential provider of the node may answer instead',
};

/** Says why an anonymous pull of this container was anonymous although the policy covers it. Pure; the first that holds is the answer. */
export function whyUnreached(
  pod: PodEntry,
  container: ContainerEntry,
  policy: CoveringPolicy,
  coverage: Coverage,
): UnreachedCause {
  if (pod.pullSecrets.includes(policy.secretName)) {
    return policy.keys.some((key) => wouldUse(key, container.image)) ? 'Unexplained' : 'KeyNeverMatches';
  }
  // A list of its own displaces that of the ServiceAccount: selecting this would not help.
  if (!isAccountsOwn(pod, policy, coverage)) return 'OwnPullSecrets';
  return policy.selectsServiceAccount(pod.namespace, pod.serviceAccount)
    ? 'AdmittedBefore'
    : 'ServiceAccountNotSelected';
}

/** The pod's list is what its ServiceAccount had without our entry: it was copied at admission, before we came. An empty list is nobody's own. */
function isAccountsOwn(
  { namespace, serviceAccount, pullSecrets }: PodEntry,
  { secretName }: CoveringPolicy,
  coverage: Coverage,
): boolean {
  if (pullSecrets.length === 0) return true;
  const accounts = coverage.pullSecretsOf(namespace, serviceAccount) ?? [];
  const without = accounts.filter((name) => name !== secretName);
  return without.length === pullSecrets.length && without.every((name, index) => name === pullSecrets[index]);
}
