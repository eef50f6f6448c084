import type { Coverage, CoveringPolicy } from '../coverage/coverage.ts';
import type { ContainerEntry, PodEntry } from '../pods/pod.ts';

/** Why the credential of a policy that covers a pod did not reach its pull. */
export type UnreachedCause =
  'AdmittedBefore' | 'OwnPullSecrets' | 'ServiceAccountNotSelected' | 'NoCopy' | 'KeyNeverMatches' | 'Unexplained';

export const UNREACHED_CAUSES: readonly UnreachedCause[] = [
  'AdmittedBefore',
  'OwnPullSecrets',
  'ServiceAccountNotSelected',
  'NoCopy',
  'KeyNeverMatches',
  'Unexplained',
];

/** What a person does about each, as part of a sentence. */
export const REMEDIES: Readonly<Record<UnreachedCause, string>> = {
  AdmittedBefore: 'created before their ServiceAccount had the entry: restart the workload once it has',
  OwnPullSecrets: 'have imagePullSecrets of their own without ours: add the entry there',
  ServiceAccountNotSelected: 'run under a ServiceAccount that the policy does not select',
  NoCopy: 'refer to the Secret, and no copy of ours lies there under its name: see status.failures',
  KeyNeverMatches: 'use an image that no key in the Secret matches',
  Unexplained: 'refer to the Secret; a mirror or credential provider of the node may answer instead',
};

/** Says why a pull of this container went without the credential although the policy covers it. Pure; the first that holds is the answer. */
export function whyUnreached(
  pod: PodEntry,
  container: ContainerEntry,
  policy: CoveringPolicy,
  coverage: Coverage,
): UnreachedCause {
  if (pod.pullSecrets.includes(policy.secretName)) return whyNotUsed(pod, container, policy, coverage);
  // A list of its own displaces that of the ServiceAccount: selecting this would not help.
  if (!isAccountsOwn(pod, coverage)) return 'OwnPullSecrets';
  return policy.selectsServiceAccount(pod.namespace, pod.serviceAccount)
    ? 'AdmittedBefore'
    : 'ServiceAccountNotSelected';
}

function whyNotUsed(
  { namespace }: PodEntry,
  { image }: ContainerEntry,
  { secretName }: CoveringPolicy,
  coverage: Coverage,
): UnreachedCause {
  const fed = coverage.copyIn(namespace, secretName);
  if (fed === undefined) return 'NoCopy';
  return fed.sentFor(image).length > 0 ? 'Unexplained' : 'KeyNeverMatches';
}

/**
 * The pod's list is what its ServiceAccount had without the entries of policies: it was copied at admission, before they came. An empty
 * list is nobody's own.
 */
function isAccountsOwn({ namespace, serviceAccount, pullSecrets }: PodEntry, coverage: Coverage): boolean {
  if (pullSecrets.length === 0) return true;
  const isOurs = (name: string): boolean => coverage.policies().some(({ secretName }) => secretName === name);
  const [own, accounts] = [pullSecrets, coverage.pullSecretsOf(namespace, serviceAccount) ?? []].map((names) =>
    names.filter((name) => !isOurs(name)).join(' '),
  );
  return own === accounts;
}
