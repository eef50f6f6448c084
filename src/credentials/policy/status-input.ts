import type { Finding } from '../../api/conditions.ts';
import type { RateLimitStatus } from '../../api/generated.ts';
import type { NamespaceName, SecretName } from '../../api/keys.ts';
import type { Policy } from '../../api/policy.ts';
import type { Resolution } from '../sources/resolve.ts';
import type { Outcome } from '../tally.ts';
import type { ContentChanged } from './rotation.ts';

/** Everything that a policy's status is made from. */
export interface StatusInput {
  readonly policy: Policy;
  readonly resolution: Resolution;
  /** Version that counts; outcomes of others are out of date. */
  readonly version: string;
  /** Namespaces that are selected, not terminating, and not out because a source of that name lies there. */
  readonly matched: readonly NamespaceName[];
  readonly outcomes: ReadonlyMap<NamespaceName, Outcome>;
  /** Names of the policy, wanted or recorded, whose watch the API server refuses. */
  readonly forbidden: readonly SecretName[];
  /** What still lies in the cluster of a policy that is being deleted. */
  readonly remnants: readonly Remnant[];
  /** Recorded names whose watch gives no answer, so that nobody can say what remains under them. */
  readonly unknown: readonly SecretName[];
  /** Every name under which something of this policy may remain. */
  readonly secretNames: readonly SecretName[];
  readonly contentChanged: ContentChanged;
  /** undefined: what the status says of it stays as it is. */
  readonly addendum?: Addendum | undefined;
  /** RFC 3339. */
  readonly now: string;
}

/** What flow B has to say in a policy's status: conditions of its own, and one field. */
export interface Addendum {
  readonly findings: readonly Finding[];
  readonly rateLimit: RateLimitStatus | undefined;
  /** When it may be different although nothing happens, in milliseconds. */
  readonly recheckInMs?: number;
}

/** Something of a policy that has not been removed yet. */
export interface Remnant {
  readonly namespace: NamespaceName;
  readonly kind: 'Secret' | 'ServiceAccount';
  readonly name: string;
}

/** The CRD's bound of `status.secretNames`: a policy renamed so often must first get out of some of its old names. */
export const MAX_SECRET_NAMES = 16;
