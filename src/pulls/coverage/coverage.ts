import type { PolicyName } from '../../api/keys.ts';
import type { Feeding } from './feeding.ts';
import type { Registries } from './registries.ts';

/** What flow B needs to know of a policy; flow A answers it, and neither knows the other. */
export interface CoveringPolicy {
  readonly name: PolicyName;
  /** Name of the copies. */
  readonly secretName: string;
  /** Those that it holds a credential for. */
  readonly registries: Registries;
  /** `spec.rateLimit.window`, in milliseconds. */
  readonly windowMs: number;
  readonly threshold: number;
  covers(namespace: string): boolean;
  selectsServiceAccount(namespace: string, name: string): boolean;
}

export interface Coverage {
  /** Policies that are not being deleted. */
  policies(): readonly CoveringPolicy[];
  /** What a copy holds as it lies in the namespace; undefined where there is none, whatever else lies there under its name. */
  copyIn(namespace: string, secretName: string): Feeding | undefined;
  /** Names in a ServiceAccount's `imagePullSecrets`, in order; undefined where there is no such account. */
  pullSecretsOf(namespace: string, serviceAccount: string): readonly string[] | undefined;
}
