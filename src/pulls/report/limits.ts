import { kindOf, serves } from '../coverage/attribute.ts';
import type { LimitKind } from '../message/classify.ts';
import type { Coverage, CoveringPolicy } from '../coverage/coverage.ts';
import type { FailureRecord } from '../failure-log.ts';
import { isPinned } from '../image/image-reference.ts';
import { keyOf } from '../object-key.ts';
import { UNREACHED_CAUSES, type UnreachedCause, whyUnreached } from './unreached.ts';
import type { BlockedContainer } from '../pods/waiting.ts';

/** A container that waits, as it concerns one policy. */
export interface ConcernedContainer extends BlockedContainer {
  readonly kind: LimitKind;
  readonly inferred: boolean;
  /** Only for anonymous pulls. */
  readonly cause?: UnreachedCause;
  /** It asks its registry more often than need be. */
  readonly isNeedless: boolean;
}

/** Everything about limits that concerns one policy, added up. */
export interface Limits {
  readonly failures: number;
  readonly records: readonly FailureRecord[];
  readonly waiting: readonly ConcernedContainer[];
  /** Pods, by cause. */
  readonly unreached: Readonly<Record<UnreachedCause, number>>;
  /** Waiting containers that ask their registry at every start without need. */
  readonly needless: number;
}

/** Everything about refused credentials that concerns one policy. */
export interface Refusals {
  readonly records: readonly FailureRecord[];
  readonly waiting: readonly BlockedContainer[];
}

export interface Observed {
  readonly policy: CoveringPolicy;
  readonly coverage: Coverage;
  /** Records within the policy's window. */
  readonly records: readonly FailureRecord[];
  /** Containers that wait because of a limit or a refusal, of all policies. */
  readonly blocked: readonly BlockedContainer[];
}

/** `status` counts in 32 bits, and anybody who can write Events can write high counts. */
const MOST = 2 ** 31 - 1;

export const countOf = (records: readonly FailureRecord[]): number =>
  Math.min(
    MOST,
    records.reduce((sum, { count }) => sum + count, 0),
  );

/** The limited pulls that concern a policy: of its namespaces, from a registry that it holds a credential for. Pure. */
export function limitsOf({ policy, coverage, records, blocked }: Observed): Limits {
  const concerns = concerning(policy);
  const limited = records.filter(
    (record) => record.outcome === 'rate-limited' && concerns(record.namespace, record.registry),
  );
  const assess = assessor(policy, coverage);
  const waiting = blocked
    .filter(({ pod, failure }) => failure.outcome === 'rate-limited' && concerns(pod.namespace, failure.registry))
    .map(assess);
  return {
    failures: Math.max(countOf(limited), waiting.length),
    records: limited,
    waiting,
    unreached: countPods(waiting),
    needless: waiting.filter(({ isNeedless }) => isNeedless).length,
  };
}

/** Pulls that were refused although, and so because, the policy's credential was sent. Pure. */
export function refusalsOf({ policy, coverage, records, blocked }: Observed): Refusals {
  const concerns = concerning(policy);
  const isSent = (pullSecrets: readonly string[], kind: LimitKind): boolean =>
    kind === 'account' && pullSecrets.includes(policy.secretName);
  return {
    records: records.filter(
      (record) =>
        record.outcome === 'credentials-refused' &&
        concerns(record.namespace, record.registry) &&
        isSent(record.pullSecrets, record.kind),
    ),
    waiting: blocked.filter(
      ({ pod, failure }) =>
        failure.outcome === 'credentials-refused' &&
        concerns(pod.namespace, failure.registry) &&
        isSent(pod.pullSecrets, kindOf(failure, pod, coverage).kind),
    ),
  };
}

type Concerning = (namespace: string, registry: string) => boolean;

/** Says for each registry once whether the policy serves it. */
function concerning(policy: CoveringPolicy): Concerning {
  const served = new Map<string, boolean>();
  return (namespace, registry) => {
    const known = served.get(registry) ?? serves(policy, registry);
    served.set(registry, known);
    return known && policy.covers(namespace);
  };
}

type Assessment = Omit<ConcernedContainer, keyof BlockedContainer>;

/** Containers of one workload get one answer, which is worked out once. */
function assessor(policy: CoveringPolicy, coverage: Coverage): (blocked: BlockedContainer) => ConcernedContainer {
  const known = new Map<string, Assessment>();
  return (blocked) => {
    const found = known.get(blocked.profile) ?? assess(blocked, policy, coverage);
    known.set(blocked.profile, found);
    return { ...blocked, ...found };
  };
}

function assess({ pod, container, failure }: BlockedContainer, policy: CoveringPolicy, coverage: Coverage): Assessment {
  const kind = kindOf(failure, pod, coverage);
  const isNeedless = container.pullsAlways || !isPinned(container.image);
  if (kind.kind !== 'anonymous') return { ...kind, isNeedless };
  return { ...kind, isNeedless, cause: whyUnreached(pod, container, policy, coverage) };
}

function countPods(waiting: readonly ConcernedContainer[]): Record<UnreachedCause, number> {
  const pods = new Map<UnreachedCause, Set<string>>(UNREACHED_CAUSES.map((cause) => [cause, new Set()]));
  for (const { cause, pod } of waiting) if (cause !== undefined) pods.get(cause)?.add(keyOf(pod));
  const count = (cause: UnreachedCause): number => pods.get(cause)?.size ?? 0;
  return {
    AdmittedBefore: count('AdmittedBefore'),
    OwnPullSecrets: count('OwnPullSecrets'),
    ServiceAccountNotSelected: count('ServiceAccountNotSelected'),
    KeyNeverMatches: count('KeyNeverMatches'),
    Unexplained: count('Unexplained'),
  };
}
