import type { Coverage, CoveringPolicy } from './coverage.ts';

/** The coverage as it is now, with each answer asked for once: a report asks the same of thousands of containers. */
export function frozen(coverage: Coverage): Coverage {
  let policies: readonly CoveringPolicy[] | undefined;
  return {
    policies: () => (policies ??= coverage.policies().map(frozenPolicy)),
    pullSecretsOf: (namespace, serviceAccount) => coverage.pullSecretsOf(namespace, serviceAccount),
  };
}

function frozenPolicy(policy: CoveringPolicy): CoveringPolicy {
  const covered = new Map<string, boolean>();
  return {
    ...policy,
    covers: (namespace) => {
      const known = covered.get(namespace);
      if (known !== undefined) return known;
      const covers = policy.covers(namespace);
      covered.set(namespace, covers);
      return covers;
    },
    selectsServiceAccount: (namespace, name) => policy.selectsServiceAccount(namespace, name),
  };
}
