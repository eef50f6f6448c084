import type { PolicyName } from '../../api/keys.ts';

/** What flow B needs to know of a policy; flow A answers it, and neither knows the other. */
export interface CoveringPolicy {
  readonly name: PolicyName;
  /** Name of the copies. */
  readonly secretName: string;
  /** Keys of its docker config, as the copies have them. */
  readonly keys: readonly string[];
  /** `spec.rateLimit.window`, in milliseconds. */
  readonly windowMs: number;
  readonly threshold: number;
  covers(namespace: string): boolean;
  selectsServiceAccount(namespace: string, name: string): boolean;
}

export interface Coverage {
  /** Policies that are not being deleted. */
  policies(): readonly CoveringPolicy[];
  /** Names in a ServiceAccount's `imagePullSecrets`, in order; undefined where there is no such account. */
  pullSecretsOf(namespace: string, serviceAccount: string): readonly string[] | undefined;
}
