import { setConditions, truncate } from '../../api/conditions.ts';
import type {
  Failure as FailureItem,
  FailureSummary,
  Plan,
  RegistryCredentialPolicyStatus,
} from '../../api/generated.ts';
import type { NamespacePlan } from '../tally.ts';
import { count, ifCurrent, type NamespaceFailure, sum } from './counts.ts';
import { findings } from './findings.ts';
import { credentialStatuses } from './rotation.ts';
import type { StatusInput } from './status-input.ts';

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
