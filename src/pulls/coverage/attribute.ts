import type { LimitKind, PullFailure } from '../message/classify.ts';
import type { Coverage, CoveringPolicy } from './coverage.ts';
import { wouldUse } from '../image/keyring.ts';
import type { PodEntry } from '../pods/pod.ts';
import { hostOfKey } from './registries.ts';

/** Policies whose credentials are meant for a pull from this registry in this namespace. Pure. */
export function policiesFor(namespace: string, registry: string, coverage: Coverage): readonly CoveringPolicy[] {
  return coverage.policies().filter((policy) => policy.covers(namespace) && serves(policy, registry));
}

/** Whether the policy holds a credential for the registry: for a part of it, by a pattern, or under a key that no kubelet matches. */
export const serves = ({ keys }: CoveringPolicy, registry: string): boolean =>
  keys.map(hostOfKey).some((host) => host === registry || (host.includes('*') && wouldUse(host, `${registry}/any`)));

export interface Kind {
  readonly kind: LimitKind;
  /** The registry did not say it. */
  readonly inferred: boolean;
}

/**
 * As whom the limited pull was made: what the registry says, and where it says nothing what the pod could use. A Secret that is no
 * copy of ours cannot be read, so a pod that has only such ones counts as anonymous. Pure.
 */
export function kindOf(
  { kind, image }: PullFailure,
  pod: Pick<PodEntry, 'namespace' | 'pullSecrets'>,
  coverage: Coverage,
): Kind {
  if (kind !== 'unknown') return { kind, inferred: false };
  const hasCredential = coverage
    .policies()
    .some(
      (policy) =>
        policy.covers(pod.namespace) &&
        pod.pullSecrets.includes(policy.secretName) &&
        policy.keys.some((key) => wouldUse(key, image)),
    );
  return { kind: hasCredential ? 'account' : 'anonymous', inferred: true };
}
