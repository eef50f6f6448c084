import type { SecretName } from '../../api/keys.ts';
import {
  byAge,
  hasFinalizer,
  type Policy,
  recordedSecretNames,
  selectsNamespace,
  wantedSecretName,
} from '../../api/policy.ts';
import type { Contributor } from './desired.ts';
import { hasMarker, isRetained, readContributions } from '../ownership.ts';
import type { Resolution } from '../sources/resolve.ts';
import type { AccountEntry, CopyEntry, NamespaceEntry } from '../slim.ts';

/** Everything that is known about one namespace, gathered from the caches at one moment. */
export interface Observed {
  readonly namespace: NamespaceEntry;
  readonly accounts: readonly AccountEntry[];
  readonly situations: readonly Situation[];
  /** Policies in Observe that match, and what they would do. */
  readonly observers: readonly Contributor[];
}

/** One Secret name in one namespace: what lies there, and who wants what of it. */
export interface Situation {
  readonly name: SecretName;
  /** Some policy's `status.secretNames` holds the name; without that nothing of this name is ours. */
  readonly known: boolean;
  readonly found: CopyEntry | undefined;
  /** `absent` where nothing is found. */
  readonly ownership: Ownership;
  /** What it would be if a policy recorded the name: for plans. */
  readonly ownershipIfKnown: Ownership;
  /**
   * False where the name must be left alone altogether: a source of this name lies here, or it is not known yet
   * what lies here, because the watch of this name has not synced or is forbidden.
   */
  readonly open: boolean;
  /** A source of this name lies here, or is to lie here: to every policy the namespace is as if it did not match. */
  readonly out: boolean;
  /** Policies whose credentials belong here, older first. Includes those that were renamed away and have not arrived elsewhere. */
  readonly contributors: readonly Contributor[];
  /** Those of the contributors that asked for another name since. */
  readonly lingering: readonly Policy[];
  /** Policies recorded here that want nothing here any more. */
  readonly leavers: readonly Policy[];
  /** A copy with our marker whose recorded policies are all gone: never touched, and reported. */
  readonly orphaned: boolean;
}

/**
 * - `ours`: carries our marker, under a name that some policy's status records
 * - `retained`: was ours, and was left on purpose; a policy may take it back
 * - `foreign`: anything else
 */
export type Ownership = 'absent' | 'ours' | 'retained' | 'foreign';

/** What the caches say; every answer is for this moment. */
export interface Caches {
  policies(): Iterable<Policy>;
  /** Every Secret name that a policy names or records, and the default one. */
  watchedNames(): Iterable<SecretName>;
  resolution(policy: Policy): Resolution;
  /** Whether the watch of this Secret name has synced and is allowed. */
  isWatched(name: SecretName): boolean;
  copy(name: SecretName, namespace: string): CopyEntry | undefined;
  accounts(namespace: string): Iterable<AccountEntry>;
  /** Whether a source of this name lies in the namespace: then the name is left alone there. */
  isOut(namespace: string, name: SecretName): boolean;
}

/** Gathers what is known of one namespace. Pure over the caches. */
export function observe(namespace: NamespaceEntry, caches: Caches): Observed {
  const policies = [...caches.policies()].sort(byAge);
  const names = new Set(caches.watchedNames());
  return {
    namespace,
    accounts: [...caches.accounts(namespace.name)],
    situations: [...names].sort().map((name) => situationOf(name, namespace, policies, caches)),
    observers: policies
      .filter((policy) => isObserver(policy) && !policy.deleting && selectsNamespace(policy, namespace))
      .map((policy) => enforced(policy, caches.resolution(policy))),
  };
}

function situationOf(
  name: SecretName,
  namespace: NamespaceEntry,
  policies: readonly Policy[],
  caches: Caches,
): Situation {
  const found = caches.copy(name, namespace.name);
  const known = isKnown(name, policies);
  const isWatched = caches.isWatched(name);
  // Unseen, a copy of ours that somebody names as a source looks like a source.
  const out = isWatched && caches.isOut(namespace.name, name);
  const ownership = ownershipOf(found, known);
  const recorded = ownership === 'ours' && found !== undefined ? readContributions(found) : undefined;
  const parts = policies.map((policy) => ({
    policy,
    part: partOf(policy, name, namespace, recorded?.has(policy.name) === true),
  }));
  const withPart = (...wanted: Part[]): Policy[] =>
    parts.filter(({ part }) => wanted.includes(part)).map(({ policy }) => policy);
  return {
    name,
    known,
    found,
    ownership,
    ownershipIfKnown: ownershipOf(found, true),
    open: isWatched && !out,
    out,
    contributors: withPart('wants', 'lingers', 'observes').map((policy) =>
      contributor(policy, caches.resolution(policy)),
    ),
    lingering: withPart('lingers'),
    leavers: withPart('leaves'),
    orphaned: found !== undefined && isOrphaned(found, policies),
  };
}

type Part = 'wants' | 'lingers' | 'observes' | 'leaves' | 'none';

/** What a policy is to one Secret name of one namespace. */
function partOf(policy: Policy, name: SecretName, namespace: NamespaceEntry, recorded: boolean): Part {
  const recordedHere = recorded && recordedSecretNames(policy).includes(name);
  const wants = isActive(policy) && selectsNamespace(policy, namespace);
  if (wants && wantedSecretName(policy) === name) return isRegistered(policy) || recordedHere ? 'wants' : 'none';
  if (!recordedHere) return 'none';
  if (wants) return 'lingers';
  return policy.deleting || !isObserver(policy) ? 'leaves' : 'observes';
}

const isActive = (policy: Policy): boolean => !policy.deleting && !isObserver(policy);

const isObserver = (policy: Policy): boolean => policy.spec.mode === 'Observe';

/** A policy may write only once it has its finalizer, and its status records the name. */
export const isRegistered = (policy: Policy): boolean =>
  hasFinalizer(policy) && recordedSecretNames(policy).includes(wantedSecretName(policy));

export const isKnown = (name: SecretName, policies: Iterable<Policy>): boolean => {
  for (const policy of policies) if (recordedSecretNames(policy).includes(name)) return true;
  return false;
};

export function ownershipOf(found: CopyEntry | undefined, known: boolean): Ownership {
  if (found === undefined) return 'absent';
  if (!known) return 'foreign';
  if (hasMarker(found)) return 'ours';
  return isRetained(found) ? 'retained' : 'foreign';
}

/** A CRD that was deleted and made again must not take the credentials of the whole cluster with it. */
function isOrphaned(found: CopyEntry, policies: readonly Policy[]): boolean {
  const recorded = hasMarker(found) ? readContributions(found) : undefined;
  return recorded !== undefined && !policies.some((policy) => recorded.has(policy.name));
}

function contributor(policy: Policy, resolution: Resolution): Contributor {
  return isObserver(policy) ? { policy, resolution, role: 'observing' } : enforced(policy, resolution);
}

/** As the policy takes part, or would take part, in mode Enforce. */
function enforced(policy: Policy, resolution: Resolution): Contributor {
  const whole = resolution.faults.length === 0 && !resolution.pending;
  return { policy, resolution, role: whole ? 'live' : 'frozen' };
}
