import { durationMs } from './api/duration.ts';
import { namespaceName, type PolicyName, secretName } from './api/keys.ts';
import { type Policy, selectsNamespace, selectsServiceAccount, wantedSecretName } from './api/policy.ts';
import type { CredentialCaches } from './credentials/caches.ts';
import { hasMarker, readContributions } from './credentials/ownership.ts';
import type { CopyEntry, NamespaceEntry } from './credentials/slim.ts';
import type { Coverage, CoveringPolicy } from './pulls/coverage/coverage.ts';
import { Feeding } from './pulls/coverage/feeding.ts';
import { Registries } from './pulls/coverage/registries.ts';

/** A source that cannot be read must not hold up the rest. */
const SETTLE_MS = 10_000;

type Caches = Pick<CredentialCaches, 'policies' | 'resolution' | 'namespace' | 'account' | 'copy'>;

/**
 * Tells flow B what it has to know of flow A: the two know nothing of each other. It is asked for every failed pull, so an answer is kept
 * for as long as everything that it is made of is the same.
 */
export function coverageOf(caches: Caches): Coverage {
  const remembered = new Map<PolicyName, Remembered>();
  const feedings = new WeakMap<CopyEntry, Feeding>();
  return {
    policies: () => remember(remembered, caches),
    copyIn: (namespace, name) => {
      const copy = caches.copy(secretName(name), namespace);
      if (copy === undefined || !hasMarker(copy)) return undefined;
      const feeding = feedings.get(copy) ?? new Feeding(readContributions(copy) ?? []);
      feedings.set(copy, feeding);
      return feeding;
    },
    pullSecretsOf: (namespace, name) =>
      caches.account(namespace, name)?.pullSecrets.flatMap((entry) => entry.name ?? []),
  };
}

/** Resolves when the answers are complete: with half of the caches nobody could say whom a failed pull concerns. */
export async function covered(caches: CredentialCaches, signal: AbortSignal): Promise<void> {
  await Promise.all(caches.statics.map(({ store }) => store.whenSynced(signal).catch(() => undefined)));
  await caches.settled(SETTLE_MS, signal);
}

interface Remembered {
  /** What the answer is made of, as it was. */
  readonly parts: readonly unknown[];
  readonly answer: CoveringPolicy;
}

function remember(remembered: Map<PolicyName, Remembered>, caches: Caches): readonly CoveringPolicy[] {
  const answers: CoveringPolicy[] = [];
  const policies = [...caches.policies()].filter(({ deleting }) => !deleting);
  for (const policy of policies) {
    const parts = partsOf(policy, caches);
    const known = remembered.get(policy.name);
    const isSame = known?.parts.every((part, index) => part === parts[index]) === true;
    const answer = isSame ? known.answer : covering(policy, caches);
    if (!isSame) remembered.set(policy.name, { parts, answer });
    answers.push(answer);
  }
  if (remembered.size > policies.length) {
    const names = new Set(policies.map(({ name }) => name));
    for (const name of remembered.keys()) if (!names.has(name)) remembered.delete(name);
  }
  return answers;
}

/** Its status changes with each report, and matters only while a source is broken. */
function partsOf(policy: Policy, caches: Caches): readonly unknown[] {
  const resolution = caches.resolution(policy);
  return [policy.uid, policy.generation, resolution, isBroken(resolution) ? policy.status.credentials : undefined];
}

const isBroken = ({ faults, pending }: ReturnType<Caches['resolution']>): boolean => faults.length > 0 || pending;

/** What it gives, or is meant to give. While a source is broken the copies stay as they were, and the status tells for which registries. */
function keysOf(policy: Policy, caches: Caches): readonly string[] {
  const resolution = caches.resolution(policy);
  const before = isBroken(resolution) ? (policy.status.credentials ?? []) : [];
  return [...resolution.entries.map(({ key }) => key), ...before.map(({ registry }) => registry)];
}

function covering(policy: Policy, caches: Caches): CoveringPolicy {
  const { window, threshold } = policy.spec.rateLimit;
  const selected = new WeakMap<NamespaceEntry, boolean>();
  return {
    name: policy.name,
    secretName: wantedSecretName(policy),
    registries: new Registries(keysOf(policy, caches)),
    windowMs: durationMs(window),
    threshold,
    covers: (name) => {
      const namespace = caches.namespace(namespaceName(name));
      if (namespace === undefined) return false;
      const isSelected = selected.get(namespace) ?? selectsNamespace(policy, namespace);
      selected.set(namespace, isSelected);
      return isSelected;
    },
    selectsServiceAccount: (namespace, name) => {
      const account = caches.account(namespace, name);
      return account !== undefined && selectsServiceAccount(policy, account);
    },
  };
}
