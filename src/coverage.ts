import { durationMs } from './api/duration.ts';
import { namespaceName } from './api/keys.ts';
import { type Policy, selectsNamespace, selectsServiceAccount, wantedSecretName } from './api/policy.ts';
import type { CredentialCaches } from './credentials/caches.ts';
import type { Coverage, CoveringPolicy } from './pulls/coverage/coverage.ts';

/** A source that cannot be read must not hold up the rest. */
const SETTLE_MS = 10_000;

/** Tells flow B what it has to know of flow A: the two know nothing of each other. */
export function coverageOf(caches: CredentialCaches): Coverage {
  return {
    policies: () =>
      [...caches.policies()].filter(({ deleting }) => !deleting).map((policy) => covering(policy, caches)),
    pullSecretsOf: (namespace, name) =>
      caches.account(namespace, name)?.pullSecrets.flatMap((entry) => entry.name ?? []),
  };
}

/** Resolves when the answers are complete: with half of the caches nobody could say whom a failed pull concerns. */
export async function covered(caches: CredentialCaches, signal: AbortSignal): Promise<void> {
  await Promise.all(caches.statics.map(({ store }) => store.whenSynced(signal).catch(() => undefined)));
  await caches.settled(SETTLE_MS, signal);
}

/** What the copies hold. While a source is broken they stay as they were, and the status tells for which registries. */
function keysOf(policy: Policy, caches: CredentialCaches): readonly string[] {
  const { entries, faults, pending } = caches.resolution(policy);
  const before = faults.length > 0 || pending ? (policy.status.credentials ?? []) : [];
  return [...new Set([...entries.map(({ key }) => key), ...before.map(({ registry }) => registry)])];
}

function covering(policy: Policy, caches: CredentialCaches): CoveringPolicy {
  const { window, threshold } = policy.spec.rateLimit;
  return {
    name: policy.name,
    secretName: wantedSecretName(policy),
    keys: keysOf(policy, caches),
    windowMs: durationMs(window),
    threshold,
    covers: (name) => {
      const namespace = caches.namespace(namespaceName(name));
      return namespace !== undefined && selectsNamespace(policy, namespace);
    },
    selectsServiceAccount: (namespace, name) => {
      const account = caches.account(namespace, name);
      return account !== undefined && selectsServiceAccount(policy, account);
    },
  };
}
