import { durationMs } from './api/duration.ts';
import { namespaceName } from './api/keys.ts';
import { type Policy, selectsNamespace, selectsServiceAccount, wantedSecretName } from './api/policy.ts';
import type { CredentialCaches } from './credentials/caches.ts';
import type { Coverage, CoveringPolicy } from './pulls/coverage.ts';

/** Tells flow B what it has to know of flow A: the two know nothing of each other. */
export function coverageOf(caches: CredentialCaches): Coverage {
  return {
    policies: () =>
      [...caches.policies()].filter(({ deleting }) => !deleting).map((policy) => covering(policy, caches)),
    pullSecretsOf: (namespace, name) =>
      caches.account(namespace, name)?.pullSecrets.flatMap((entry) => entry.name ?? []),
  };
}

function covering(policy: Policy, caches: CredentialCaches): CoveringPolicy {
  const { window, threshold } = policy.spec.rateLimit;
  return {
    name: policy.name,
    secretName: wantedSecretName(policy),
    keys: caches.resolution(policy).entries.map(({ key }) => key),
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
