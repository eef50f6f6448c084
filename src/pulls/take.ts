import type { PolicyName } from '../api/keys.ts';
import { kindOf, policiesFor } from './coverage/attribute.ts';
import type { LimitKind } from './message/classify.ts';
import type { Coverage } from './coverage/coverage.ts';
import type { FailureLog, FailureRecord } from './failure-log.ts';
import type { Notices } from './notices.ts';
import type { Occurrences } from './events/reconcile-event.ts';
import { registryLabel, servedRegistries } from './coverage/registries.ts';
import type { WaitingPods } from './pods/waiting.ts';

/** Counters; every `registry` is the value of a label, one of few. */
export interface PullCounts {
  rateLimited(registry: string, namespace: string, kind: LimitKind, count: number): void;
  refused(registry: string, namespace: string, count: number): void;
  uncovered(registry: string, namespace: string, count: number): void;
  kubeletLimited(namespace: string, count: number): void;
}

export interface TakeDeps {
  readonly coverage: Coverage;
  readonly waiting: WaitingPods;
  readonly failures: FailureLog;
  readonly counts: PullCounts;
  readonly notices: Pick<Notices, 'tell'>;
  /** A policy's report may have changed. */
  readonly wake: (policy: PolicyName) => void;
  /** Whether it is for this process to count: for a leader, and not what another has counted before. */
  readonly isOurs: boolean;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** Puts failures that nobody has counted yet where they belong: memory, counters, log, and the policies that they concern. */
export function take(occurrences: Occurrences, deps: TakeDeps): void {
  const { failure, pod, count, before } = occurrences;
  const { coverage, now, wake, waiting } = deps;
  const at = Math.min(before ?? now, now);
  if (waiting.remember(pod, failure, at))
    for (const policy of coverage.policies()) if (policy.covers(pod.namespace)) wake(policy.name);
  const isNews = before === undefined && deps.isOurs;
  if (isNews && failure.outcome === 'kubelet-limit') deps.counts.kubeletLimited(pod.namespace, count);
  if (failure.outcome !== 'rate-limited' && failure.outcome !== 'credentials-refused') return;

  const record: FailureRecord = {
    outcome: failure.outcome,
    at,
    namespace: pod.namespace,
    registry: failure.registry,
    ...kindOf(failure, pod, coverage),
    pullSecrets: pod.pullSecrets,
    count,
  };
  deps.failures.add(record);
  const policies = policiesFor(pod.namespace, failure.registry, coverage);
  for (const { name } of policies) wake(name);
  if (isNews) tell(record, policies.length > 0, occurrences, deps);
}

function tell(record: FailureRecord, isCovered: boolean, { failure, pod, message }: Occurrences, deps: TakeDeps): void {
  const { outcome, namespace, kind, count } = record;
  const registry = registryLabel(record.registry, servedRegistries(deps.coverage));
  if (outcome === 'credentials-refused') deps.counts.refused(registry, namespace, count);
  else {
    deps.counts.rateLimited(registry, namespace, kind, count);
    if (!isCovered) deps.counts.uncovered(registry, namespace, count);
  }
  const { image } = failure;
  deps.notices.tell({ outcome, registry, namespace, pod: pod.name, image, kind, count, words: message });
}
