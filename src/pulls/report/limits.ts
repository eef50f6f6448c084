import type { Coverage, CoveringPolicy } from '../coverage/coverage.ts';
import type { FailureRecord, LimitRecord, RefusalRecord } from '../failure-log.ts';
import type { AlikePods } from '../pods/alike.ts';
import type { BlockedContainer } from '../pods/blocked.ts';
import {
  type BareContainer,
  concerned,
  concerning,
  countContainers,
  countUnreached,
  type LimitedContainer,
  type UnreachedCounts,
  type Waiting,
} from './concerned.ts';

/** Everything about limits that concerns one policy, added up. */
export interface Limits {
  readonly failures: number;
  readonly records: readonly LimitRecord[];
  readonly waiting: readonly Waiting<LimitedContainer>[];
  /** Containers that wait. */
  readonly containers: number;
  /** Pods, by cause. */
  readonly unreached: UnreachedCounts;
  /** Waiting containers that ask their registry at every start without need. */
  readonly needless: number;
}

/** Everything about refusals that concerns one policy, added up. */
export interface Refusals {
  /** Pulls that were refused, or containers that wait because they were, although the policy's credential was sent. */
  readonly failures: number;
  readonly records: readonly RefusalRecord[];
  readonly waiting: readonly Waiting<BlockedContainer>[];
  /** What waits because it was refused without a credential. */
  readonly bare: readonly Waiting<BareContainer>[];
}

/** What happened, as it concerns one policy. */
export interface Findings {
  readonly limits: Limits;
  readonly refusals: Refusals;
  /** Pods that wait because of a limit or a refusal and that the credential does not reach, by cause. */
  readonly unreached: UnreachedCounts;
}

export interface Observed {
  readonly policy: CoveringPolicy;
  readonly coverage: Coverage;
  /** Records within the policy's window. */
  readonly records: readonly FailureRecord[];
  /** What waits because of a limit or a refusal, of all policies. */
  readonly blocked: readonly AlikePods[];
}

/** `status` counts in 32 bits, and anybody who can write Events can write high counts. */
const MOST = 2 ** 31 - 1;

export const countOf = (records: readonly FailureRecord[]): number =>
  Math.min(
    MOST,
    records.reduce((sum, { count }) => sum + count, 0),
  );

/** What concerns a policy: limited pulls of its namespaces, and refused ones, from a registry that it holds a credential for. Pure. */
export function findingsOf({ policy, coverage, records, blocked }: Observed): Findings {
  const concerns = concerning(policy);
  const ours = records.filter(({ namespace, registry }) => concerns(namespace, registry));
  const { limited, refused, bare } = concerned(blocked, concerns, policy, coverage);
  const limits = ours.filter((record) => record.outcome === 'rate-limited');
  const refusals = ours
    .filter((record) => record.outcome === 'credentials-refused')
    .filter(({ sent }) => sent.includes(policy.name));
  const containers = countContainers(limited);
  return {
    limits: {
      failures: Math.max(countOf(limits), containers),
      records: limits,
      waiting: limited,
      containers,
      unreached: countUnreached(limited),
      needless: countContainers(limited, ({ isNeedless }) => isNeedless),
    },
    refusals: {
      failures: Math.max(countOf(refusals), countContainers(refused)),
      records: refusals,
      waiting: refused,
      bare,
    },
    unreached: countUnreached([...limited, ...bare]),
  };
}
