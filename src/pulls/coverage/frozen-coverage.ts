import type { Coverage, CoveringPolicy } from './coverage.ts';

/** The coverage with the policies as they are now, asked for once: whoever looks into one matter asks for them again and again. */
export function frozen(coverage: Coverage): Coverage {
  let policies: readonly CoveringPolicy[] | undefined;
  return {
    policies: () => (policies ??= coverage.policies()),
    copyIn: (namespace, secretName) => coverage.copyIn(namespace, secretName),
    pullSecretsOf: (namespace, serviceAccount) => coverage.pullSecretsOf(namespace, serviceAccount),
  };
}
