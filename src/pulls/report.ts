import { type Finding, truncate } from '../api/conditions.ts';
import type { RateLimitStatus } from '../api/generated.ts';
import { kindOf, serves } from './attribute.ts';
import type { LimitKind } from './classify.ts';
import type { Coverage, CoveringPolicy } from './coverage.ts';
import type { FailureRecord } from './failure-log.ts';
import { isPinned } from './image-reference.ts';
import { accepted, rateLimited } from './pull-findings.ts';
import { UNREACHED_CAUSES, type UnreachedCause, whyUnreached } from './unreached.ts';
import type { LimitedContainer } from './waiting.ts';

/** What flow B has to say of one policy. */
export interface PullReport {
  readonly findings: readonly Finding[];
  readonly rateLimit: RateLimitStatus | undefined;
  readonly unreached: Readonly<Record<UnreachedCause, number>>;
  /** When it has to be made again although nothing happens, in milliseconds; absent where time changes nothing. */
  readonly recheckInMs?: number;
}

export interface ReportInput {
  readonly policy: CoveringPolicy;
  readonly coverage: Coverage;
  /** Records within the policy's window. */
  readonly records: readonly FailureRecord[];
  /** Containers that wait because of a limit, of all policies. */
  readonly limited: Iterable<LimitedContainer>;
  readonly before: RateLimitStatus | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** A container that waits, as it concerns one policy. */
export interface ConcernedContainer extends LimitedContainer {
  readonly kind: LimitKind;
  readonly inferred: boolean;
  /** Only for anonymous pulls. */
  readonly cause?: UnreachedCause;
}

/** Everything about limits that concerns one policy, added up. */
export interface Limits {
  readonly failures: number;
  readonly records: readonly FailureRecord[];
  readonly waiting: readonly ConcernedContainer[];
  readonly unreached: Readonly<Record<UnreachedCause, number>>;
  /** Waiting containers that ask their registry at every start without need. */
  readonly needless: number;
}

const MAX_NAMES = 20;
const MAX_NAME = 381;
const LEAST_RECHECK_MS = 10_000;

/** Says what pull failures mean for one policy. Pure. */
export function reportFor(input: ReportInput): PullReport {
  const { policy, records } = input;
  const limits = limitsOf(input);
  const refused = records.filter(
    ({ outcome, namespace, registry, pullSecrets }) =>
      outcome === 'credentials-refused' &&
      policy.covers(namespace) &&
      serves(policy, registry) &&
      pullSecrets.includes(policy.secretName),
  );
  const recheckInMs = recheck([...limits.records, ...refused], input);
  return {
    findings: [rateLimited(limits, policy), accepted(refused)],
    rateLimit: statusOf(limits, input),
    unreached: limits.unreached,
    ...(recheckInMs !== undefined && { recheckInMs }),
  };
}

function limitsOf({ policy, coverage, records, limited }: ReportInput): Limits {
  const concerns = (namespace: string, registry: string): boolean =>
    policy.covers(namespace) && serves(policy, registry);
  const limitRecords = records.filter(
    ({ outcome, namespace, registry }) => outcome === 'rate-limited' && concerns(namespace, registry),
  );
  const waiting = [...limited]
    .filter(({ pod, failure }) => concerns(pod.namespace, failure.registry))
    .map((each) => concerned(each, policy, coverage));
  const counted = limitRecords.reduce((sum, { count }) => sum + count, 0);
  return {
    failures: Math.max(counted, waiting.length),
    records: limitRecords,
    waiting,
    unreached: countCauses(waiting),
    needless: waiting.filter(({ container }) => container.pullsAlways || !isPinned(container.image)).length,
  };
}

function concerned(limited: LimitedContainer, policy: CoveringPolicy, coverage: Coverage): ConcernedContainer {
  const kind = kindOf(limited.failure, limited.pod, coverage);
  const cause = kind.kind === 'anonymous' ? whyUnreached(limited.pod, limited.container, policy, coverage) : undefined;
  return { ...limited, ...kind, ...(cause !== undefined && { cause }) };
}

function countCauses(waiting: readonly ConcernedContainer[]): Record<UnreachedCause, number> {
  const counts = {
    AdmittedBefore: 0,
    OwnPullSecrets: 0,
    ServiceAccountNotSelected: 0,
    KeyNeverMatches: 0,
    Unexplained: 0,
  };
  for (const { cause } of waiting) if (cause !== undefined) counts[cause]++;
  return counts;
}

/** A policy that never met a limit has no such status; one that did keeps the time of the last. */
function statusOf(limits: Limits, { before, now }: ReportInput): RateLimitStatus | undefined {
  const { records, waiting, failures, unreached } = limits;
  if (failures === 0)
    return before === undefined ? undefined : { failuresInWindow: 0, ...lastTime(before.lastFailureTime) };
  const last = records.reduce((latest, { at }) => Math.max(latest, at), 0);
  return {
    failuresInWindow: failures,
    ...lastTime(last > 0 ? toTime(last) : (before?.lastFailureTime ?? toTime(now))),
    namespaces: countedNames([
      ...records.map(({ namespace }) => namespace),
      ...waiting.map(({ pod }) => pod.namespace),
    ]),
    containers: countedNames(waiting.map(nameOf)),
    registries: registriesOf(limits),
    unreached: Object.fromEntries(
      UNREACHED_CAUSES.filter((cause) => unreached[cause] > 0).map((cause) => [cause, unreached[cause]]),
    ),
  };
}

const lastTime = (lastFailureTime: string | undefined) => (lastFailureTime === undefined ? {} : { lastFailureTime });

const toTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const nameOf = ({ pod, container, cause }: ConcernedContainer): string =>
  truncate(`${pod.namespace}/${pod.name}/${container.name}${cause === undefined ? '' : ` (${cause})`}`, MAX_NAME);

function countedNames(names: readonly string[]): { count: number; names: string[] } {
  const distinct = [...new Set(names)].sort();
  return { count: distinct.length, names: distinct.slice(0, MAX_NAMES) };
}

function registriesOf({ records, waiting }: Limits): NonNullable<RateLimitStatus['registries']> {
  const found = new Map<
    string,
    { host: string; kind: LimitKind; inferred: boolean; failures: number; lastFailureTime?: string }
  >();
  for (const { registry, kind, inferred, count, at } of records) {
    const key = `${registry} ${kind}`;
    const known = found.get(key);
    const lastFailureTime = [known?.lastFailureTime ?? '', toTime(at)].sort().at(-1) ?? '';
    found.set(key, {
      host: registry,
      kind,
      inferred: inferred && (known?.inferred ?? true),
      failures: (known?.failures ?? 0) + count,
      lastFailureTime,
    });
  }
  for (const { failure, kind, inferred } of waiting) {
    const key = `${failure.registry} ${kind}`;
    if (!found.has(key)) found.set(key, { host: failure.registry, kind, inferred, failures: 0 });
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_NAMES)
    .map(([, registry]) => registry);
}

/** Counts shrink as time passes; a quarter of the window is often enough, and the end of the last failure is never missed. */
function recheck(records: readonly FailureRecord[], { policy: { windowMs }, now }: ReportInput): number | undefined {
  if (records.length === 0) return undefined;
  const last = records.reduce((latest, { at }) => Math.max(latest, at), 0);
  return Math.max(1, Math.min(last + windowMs - now + 1, Math.max(windowMs / 4, LEAST_RECHECK_MS)));
}
