import type { PolicyName } from '../api/keys.ts';
import { kindOf, policiesFor, refusedFor } from './coverage/attribute.ts';
import type { Coverage } from './coverage/coverage.ts';
import { namedBy, registryLabel } from './coverage/registry-label.ts';
import type { Occurrences } from './events/reconcile-event.ts';
import type { FailureLog, FailureRecord } from './failure-log.ts';
import type { LimitKind, PullFailure } from './message/classify.ts';
import type { Notices } from './notices.ts';
import type { BlockedChange } from './pods/blocked.ts';
import type { PodEntry } from './pods/pod.ts';
import type { WaitingPods } from './pods/waiting.ts';

/** Counters; every `registry` is the value of a label, one of few. */
export interface PullCounts {
  rateLimited(registry: string, namespace: string, kind: LimitKind, count: number): void;
  refused(registry: string, namespace: string, count: number): void;
  uncovered(registry: string, namespace: string, count: number): void;
  kubeletLimited(namespace: string, count: number): void;
}

export interface ChangeDeps {
  readonly coverage: Coverage;
  readonly failures: FailureLog;
  /** A policy's report may have changed. */
  readonly wake: (policy: PolicyName) => void;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export interface TakeDeps extends ChangeDeps {
  readonly waiting: WaitingPods;
  readonly counts: PullCounts;
  readonly notices: Pick<Notices, 'tell'>;
  /** Whether it is for this process to count: for a leader, and not what another has counted before. */
  readonly isOurs: boolean;
}

/** Puts failures that nobody has counted yet where they belong: memory, counters, log, and the policies that they concern. */
export function take(occurrences: Occurrences, deps: TakeDeps): void {
  const { failure, pod, count, before } = occurrences;
  const { coverage, now, wake, waiting } = deps;
  const at = Math.min(before ?? now, now);
  const change = waiting.remember(pod, failure, at);
  if (change !== undefined) takeChange(change, deps);
  const isNews = before === undefined && deps.isOurs;
  if (isNews && failure.outcome === 'kubelet-limit') deps.counts.kubeletLimited(pod.namespace, count);
  const record = recordOf(failure, pod, count, at, coverage);
  if (record === undefined) return;

  deps.failures.add(record);
  const policies = policiesFor(pod.namespace, failure.registry, coverage);
  for (const { name } of policies) wake(name);
  if (isNews) tell(record, policies.length > 0, occurrences, deps);
}

/**
 * Containers wait, or wait no more. A kubelet fails to pull for as long as its container waits, and tells of it ever more seldom: the end
 * of the wait is when it last failed.
 */
export function takeChange({ namespace, now: blocked, ended }: BlockedChange, deps: ChangeDeps): void {
  const { coverage, failures, wake, now } = deps;
  for (const { failure, pod } of ended) {
    const record = recordOf(failure, pod, 0, now, coverage);
    if (record !== undefined) failures.add(record);
  }
  for (const registry of new Set([...blocked, ...ended].map(({ failure }) => failure.registry)))
    for (const { name } of policiesFor(namespace, registry, coverage)) wake(name);
}

/** What is remembered of a failure; undefined for those that no condition speaks of. */
function recordOf(
  failure: PullFailure,
  pod: PodEntry,
  count: number,
  at: number,
  coverage: Coverage,
): FailureRecord | undefined {
  const { outcome, registry, mayNotExist = false } = failure;
  const common = { at, namespace: pod.namespace, registry, count };
  if (outcome === 'rate-limited') return { outcome, ...common, ...kindOf(failure, pod, coverage) };
  if (outcome !== 'credentials-refused') return undefined;
  return { outcome, ...common, sent: refusedFor(failure, pod, coverage), mayNotExist };
}

function tell(record: FailureRecord, isCovered: boolean, { failure, pod, message }: Occurrences, deps: TakeDeps): void {
  const { outcome, namespace, count } = record;
  const registry = registryLabel(record.registry, namedBy(deps.coverage.policies()));
  if (record.outcome === 'credentials-refused') deps.counts.refused(registry, namespace, count);
  else {
    deps.counts.rateLimited(registry, namespace, record.kind, count);
    if (!isCovered) deps.counts.uncovered(registry, namespace, count);
  }
  const { image } = failure;
  const kind = record.outcome === 'rate-limited' ? record.kind : record.sent.length > 0 ? 'account' : 'anonymous';
  deps.notices.tell({ outcome, registry, namespace, pod: pod.name, image, kind, count, words: message });
}
