import { type Finding, setConditions, truncate } from '../api/conditions.ts';
import type {
  Failure as FailureItem,
  FailureSummary,
  Plan,
  RateLimitStatus,
  RegistryCredentialPolicyStatus,
} from '../api/generated.ts';
import type { NamespaceName, SecretName } from '../api/keys.ts';
import type { Policy } from '../api/policy.ts';
import { findings } from './findings.ts';
import type { Failure } from './outcome.ts';
import type { Resolution } from './resolve.ts';
import { credentialStatuses, type ContentChanged } from './rotation.ts';
import type { NamespacePlan, Outcome } from './tally.ts';

/** Everything that a policy's status is made from. */
export interface StatusInput {
  readonly policy: Policy;
  readonly resolution: Resolution;
  /** Version that counts; outcomes of others are out of date. */
  readonly version: string;
  /** Namespaces that are selected, not terminating, and not out because a source of that name lies there. */
  readonly matched: readonly NamespaceName[];
  readonly outcomes: ReadonlyMap<NamespaceName, Outcome>;
  /** The API server refuses the watch of the policy's Secret name. */
  readonly forbidden: boolean;
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

/** The tally over all namespaces. */
export interface Counts {
  readonly matched: number;
  readonly synced: number;
  readonly observed: number;
  readonly failed: number;
  readonly pending: number;
  readonly shadowedNamespaces: number;
  readonly shadowedRegistries: readonly string[];
  readonly accounts: { readonly matched: number; readonly patched: number };
  readonly failures: readonly NamespaceFailure[];
}

export interface NamespaceFailure {
  readonly namespace: NamespaceName;
  readonly failure: Failure;
}

/** The CRD's bound of `status.secretNames`: a policy renamed so often must first get out of some of its old names. */
export const MAX_SECRET_NAMES = 16;
const MAX_FAILURES = 20;
const MAX_FAILURE_MESSAGE = 512;

/** The whole of a policy's status. Pure. */
export function statusOf(input: StatusInput): RegistryCredentialPolicyStatus {
  const { policy, resolution, secretNames, addendum, now } = input;
  const counts = count(input);
  const { findings: added = [], rateLimit } = addendum ?? { rateLimit: policy.status.rateLimit };
  const credentials = credentialStatuses(policy, resolution, input.contentChanged, now);
  const lastRotation = credentials.reduce<string | undefined>(
    (last, { rotatedAt }) => later(last, rotatedAt),
    undefined,
  );
  return {
    observedGeneration: policy.generation,
    conditions: setConditions(
      policy.status.conditions ?? [],
      [...findings(input, counts), ...added],
      policy.generation,
      now,
    ),
    secretNames: [...secretNames].sort(),
    namespaces: {
      matched: counts.matched,
      synced: counts.synced,
      failed: counts.failed,
      summary: `${counts.synced.toString()}/${counts.matched.toString()}`,
    },
    serviceAccounts: counts.accounts,
    credentials,
    ...(lastRotation !== undefined && { lastRotation }),
    failures: counts.failures.slice(0, MAX_FAILURES).map(toItem),
    failureSummary: summarise(counts.failures),
    ...(policy.spec.mode === 'Observe' && { plan: planOf(input) }),
    ...(rateLimit !== undefined && { rateLimit }),
  };
}

const later = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a;

const toItem = ({ namespace, failure }: NamespaceFailure): FailureItem => ({
  namespace,
  reason: failure.reason,
  message: truncate(failure.message, MAX_FAILURE_MESSAGE),
});

function summarise(failures: readonly NamespaceFailure[]): FailureSummary {
  const byReason: Record<string, number> = {};
  for (const { failure } of failures) byReason[failure.reason] = (byReason[failure.reason] ?? 0) + 1;
  return { total: failures.length, byReason };
}

/** Adds up what is known of the namespaces. */
export function count({ matched, outcomes, version }: Pick<StatusInput, 'matched' | 'outcomes' | 'version'>): Counts {
  const current = matched.map((namespace) => ifCurrent(outcomes.get(namespace), version));
  const ofKind = (kind: Outcome['state']['kind']): number =>
    current.filter((outcome) => outcome?.state.kind === kind).length;
  const shadowed = current.filter((outcome) => (outcome?.shadowed.length ?? 0) > 0);
  const [synced, observed, failed] = [ofKind('synced'), ofKind('observed'), ofKind('failed')];
  return {
    matched: matched.length,
    synced,
    observed,
    failed,
    pending: matched.length - synced - observed - failed,
    shadowedNamespaces: shadowed.length,
    shadowedRegistries: [...new Set(shadowed.flatMap((outcome) => outcome?.shadowed ?? []))].sort(),
    accounts: {
      matched: sum(current.map((outcome) => outcome?.accounts.matched)),
      patched: sum(current.map((outcome) => outcome?.accounts.patched)),
    },
    failures: failuresOf(outcomes, version),
  };
}

const ifCurrent = (outcome: Outcome | undefined, version: string): Outcome | undefined =>
  outcome?.version === version ? outcome : undefined;

const sum = (numbers: readonly (number | undefined)[]): number =>
  numbers.reduce<number>((total, value) => total + (value ?? 0), 0);

/** Sorted by namespace. Those of namespaces that the policy is only leaving have no version. */
function failuresOf(outcomes: ReadonlyMap<NamespaceName, Outcome>, version: string): NamespaceFailure[] {
  return [...outcomes]
    .flatMap(([namespace, outcome]) =>
      outcome.state.kind === 'failed' && (outcome.version === version || outcome.version === '')
        ? [{ namespace, failure: outcome.state }]
        : [],
    )
    .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}

function planOf({ matched, outcomes, version }: StatusInput): Plan {
  const plans = matched.flatMap((namespace) => ifCurrent(outcomes.get(namespace), version)?.plan ?? []);
  const having = (predicate: (plan: NamespacePlan) => boolean): number => plans.filter(predicate).length;
  return {
    create: having(({ create }) => create),
    update: having(({ update }) => update),
    adopt: having(({ adopt }) => adopt),
    conflicts: having(({ conflict }) => conflict),
    serviceAccounts: sum(plans.map(({ serviceAccounts }) => serviceAccounts)),
  };
}
