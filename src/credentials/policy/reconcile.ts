import { type NamespaceName, namespaceName, type PolicyName, type SecretName } from '../../api/keys.ts';
import type { RegistryCredentialPolicyStatus } from '../../api/generated.ts';
import {
  hasFinalizer,
  type Policy,
  recordedSecretNames,
  selectsNamespace,
  wantedSecretName,
  secretNamesOf,
} from '../../api/policy.ts';
import type { Clock } from '../../runtime/clock.ts';
import { after, done, type Next } from '../../runtime/controller.ts';
import { type Announcement, announcements } from './announcements.ts';
import type { CredentialCaches } from '../caches.ts';
import { versionOf } from '../namespace/outcomes.ts';
import { type NamedRemnant, remnantsOf, unknownNames } from './remnants.ts';
import type { RotationMemory } from './rotation-memory.ts';
import { isRegistered } from '../namespace/situation.ts';
import { statusOf } from './status.ts';
import { type Addendum, MAX_SECRET_NAMES, type StatusInput } from './status-input.ts';
import type { Tally } from '../tally.ts';

/** The writes that a policy itself needs. Each throws ApiError when it fails, `conflict` when the policy has changed meanwhile. */
export interface PolicyWriter {
  addFinalizer(policy: Policy): Promise<void>;
  removeFinalizer(policy: Policy): Promise<void>;
  /** Turns the status of `policy` into `status`. @returns whether there was anything to write */
  writeStatus(policy: Policy, status: RegistryCredentialPolicyStatus): Promise<boolean>;
}

export interface PolicyObserver {
  /** The policy's status is now this. */
  reported(policy: Policy, status: RegistryCredentialPolicyStatus): void;
  /** The policy is gone. */
  forgotten(policy: PolicyName): void;
}

export interface PolicyDeps {
  readonly caches: CredentialCaches;
  readonly tally: Tally;
  readonly writer: PolicyWriter;
  readonly rotations: RotationMemory;
  readonly announce: (policy: Policy, announcement: Announcement) => void;
  readonly observer: PolicyObserver;
  readonly clock: Clock;
  /** What flow B has to say of a policy, or undefined where it cannot say yet. */
  readonly addendum: (policy: Policy) => Addendum | undefined;
  /** The first pass over all namespaces has not ended: counts would be too low. */
  readonly isFirstPass: () => boolean;
  /** Resolves when the runs over namespaces that are under way now have ended. */
  readonly earlierRunsOver: () => Promise<void>;
}

/**
 * Brings one policy's own object up to date: finalizer, recorded Secret names, status. The work in the namespaces is not done here.
 * @throws ApiError when a write fails
 */
export async function reconcilePolicy(name: PolicyName, deps: PolicyDeps): Promise<Next> {
  const { caches, writer } = deps;
  const policy = caches.policy(name);
  if (policy === undefined) return forget(name, deps);
  if (deps.isFirstPass() && wasReported(policy)) return done;
  if (needsFinalizer(policy)) await writer.addFinalizer(policy);

  const current = caches.policy(name) ?? policy;
  // A run that began before the policy changed may yet write under a name that would be found empty here.
  if (leavesNames(current)) await deps.earlierRunsOver();
  const remnants = remnantsOf(current, caches);
  const unknown = unknownNames(current, caches);
  const addendum = deps.addendum(current);
  await report(current, { remnants, unknown, addendum }, deps);
  if (mayGo(current, remnants, unknown)) await writer.removeFinalizer(caches.policy(name) ?? current);
  return addendum?.recheckInMs === undefined ? done : after(addendum.recheckInMs);
}

/** Whether the policy has no more use for a name under which it may have written. */
const leavesNames = (policy: Policy): boolean =>
  recordedSecretNames(policy).some((name) => policy.deleting || name !== wantedSecretName(policy));

/** Whether an earlier process has said all there is to say about this version of the policy. */
const wasReported = (policy: Policy): boolean =>
  policy.status.observedGeneration === policy.generation && (policy.spec.mode === 'Observe' || isRegistered(policy));

function forget(name: PolicyName, { tally, rotations, observer }: PolicyDeps): Next {
  tally.forgetPolicy(name);
  rotations.forget(name);
  observer.forgotten(name);
  return done;
}

/** One that only observes writes nothing but its status. */
const needsFinalizer = (policy: Policy): boolean =>
  !policy.deleting && policy.spec.mode !== 'Observe' && !hasFinalizer(policy);

/**
 * `Retain` lets a person end it even where nobody can say what lies under a name, and where a ServiceAccount's record cannot be
 * dropped: its entry stays anyway.
 */
function mayGo(policy: Policy, remnants: readonly NamedRemnant[], unknown: readonly SecretName[]): boolean {
  if (!policy.deleting || !hasFinalizer(policy)) return false;
  if (policy.spec.deletionPolicy === 'Retain') return remnants.every(({ kind }) => kind === 'ServiceAccount');
  return remnants.length + unknown.length === 0;
}

/** What is known of a policy beside its own object and the tally. */
interface Findings {
  readonly remnants: readonly NamedRemnant[];
  readonly unknown: readonly SecretName[];
  readonly addendum: Addendum | undefined;
}

async function report(policy: Policy, findings: Findings, deps: PolicyDeps): Promise<void> {
  const status = statusOf(statusInput(policy, findings, deps));
  if (await deps.writer.writeStatus(policy, status)) {
    for (const announcement of announcements(policy.status, status)) deps.announce(policy, announcement);
  }
  deps.rotations.remember(policy.name, deps.caches.resolution(policy));
  deps.observer.reported(policy, status);
}

function statusInput(policy: Policy, { remnants, unknown, addendum }: Findings, deps: PolicyDeps): StatusInput {
  const { caches, tally, rotations, clock } = deps;
  const resolution = caches.resolution(policy);
  return {
    policy,
    resolution,
    version: versionOf(policy, resolution),
    matched: matchedNamespaces(policy, caches),
    outcomes: tally.outcomes(policy.name),
    forbidden: [...secretNamesOf(policy)].filter((name) => caches.isForbidden(name)),
    remnants,
    unknown,
    secretNames: namesToRecord(policy, remnants, unknown, caches),
    addendum,
    contentChanged: (entry) => rotations.compare(policy.name, entry),
    now: clock
      .date()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
  };
}

/**
 * `status.secretNames`: where something remains, or may remain, and the name to write under. That one only once its watch is allowed:
 * a name that was never writable must not hold up the policy's end.
 */
function namesToRecord(
  policy: Policy,
  remnants: readonly NamedRemnant[],
  unknown: readonly SecretName[],
  caches: CredentialCaches,
): readonly SecretName[] {
  const recorded = recordedSecretNames(policy);
  if (policy.spec.mode === 'Observe' && !policy.deleting) return recorded;
  const remaining = [...remnants.map(({ secretName }) => secretName), ...unknown];
  const wanted = wantedSecretName(policy);
  const isFull = new Set(remaining).size >= MAX_SECRET_NAMES;
  const keepsWanted = !policy.deleting && (recorded.includes(wanted) || (caches.isWatched(wanted) && !isFull));
  return [...new Set([...remaining, ...(keepsWanted ? [wanted] : [])])];
}

/** Namespaces that are selected, not terminating, and not out because a source of that name lies there. */
export function matchedNamespaces(policy: Policy, caches: CredentialCaches): readonly NamespaceName[] {
  if (policy.deleting) return [];
  return [...caches.namespaces()]
    .filter(
      (namespace) =>
        !namespace.terminating &&
        selectsNamespace(policy, namespace) &&
        !caches.isOut(namespace.name, wantedSecretName(policy)),
    )
    .map(({ name }) => namespaceName(name));
}
