import type { RateLimitStatus } from '../api/generated.ts';
import type { PolicyName } from '../api/keys.ts';
import { isApiError } from '../kube/errors.ts';
import type { Change } from '../kube/store.ts';
import type { Clock } from '../runtime/clock.ts';
import { Controller, type ControllerObserver, done, type Next, retry } from '../runtime/controller.ts';
import type { Log } from '../runtime/log.ts';
import { type QueueObserver, WorkQueue } from '../runtime/queue.ts';
import { kindOf, policiesFor } from './attribute.ts';
import type { PullCaches } from './caches.ts';
import type { LimitKind } from './classify.ts';
import type { Coverage } from './coverage.ts';
import type { EventEntry } from './event.ts';
import { EventCounts } from './event-counts.ts';
import { FailureLog, type FailureRecord } from './failure-log.ts';
import { keyOf, type ObjectKey } from './object-key.ts';
import type { PodLookup } from './pod-lookup.ts';
import { type Occurrences, reconcileEvent } from './reconcile-event.ts';
import { FollowedPods, reconcilePod } from './reconcile-pod.ts';
import { registryLabel, servedRegistries } from './registries.ts';
import { type PullReport, reportFor } from './report.ts';
import { WaitingPods } from './waiting.ts';

export interface PullsObserver {
  queue(name: string): QueueObserver & { watch(unfinished: () => { seconds: number; longest: number }): void };
  controller(name: string): ControllerObserver;
  readonly counts: {
    rateLimited(registry: string, namespace: string, kind: LimitKind, count: number): void;
    refused(registry: string, namespace: string, count: number): void;
    uncovered(registry: string, namespace: string, count: number): void;
    kubeletLimited(namespace: string, count: number): void;
  };
}

export interface PullsOptions {
  readonly caches: PullCaches;
  readonly coverage: Coverage;
  readonly lookup: PodLookup;
  readonly observer: PullsObserver;
  /** A policy's report may have changed. */
  readonly wake: (policy: PolicyName) => void;
  /** Only a leader counts; a follower keeps everything else up to date. */
  readonly isLeading: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export interface WaitingCount {
  readonly registry: string;
  readonly namespace: string;
  readonly count: number;
}

const WORKERS = 8;
/** `spec.rateLimit.window` reaches back so far at most. */
const LONGEST_WINDOW_MS = 24 * 3_600_000;
const SWEEP_MS = 10 * 60_000;

/**
 * Flow B: turns pod Events and pod status into counts, and into what a policy's status says of limits. Lives as long as the process,
 * so that a change of leader loses nothing. Handlers only enqueue keys.
 */
export class PullsFlow {
  readonly #options: PullsOptions;
  readonly #counts = new EventCounts();
  readonly #failures = new FailureLog();
  readonly #waiting = new WaitingPods();
  readonly #followed = new FollowedPods();
  readonly #history = new Set<ObjectKey>();
  readonly #events: WorkQueue<ObjectKey>;
  readonly #pods: WorkQueue<ObjectKey>;
  readonly #controllers: readonly Controller<ObjectKey>[];
  #cancelSweep: () => void = () => undefined;
  #hasLooked = false;

  constructor(options: PullsOptions) {
    this.#options = options;
    this.#events = this.#queue('pull-event');
    this.#pods = this.#queue('waiting-pod');
    this.#controllers = [
      this.#controller('pull-event', this.#events, (key) => this.#reconcileEvent(key)),
      this.#controller('waiting-pod', this.#pods, (key) => this.#reconcilePod(key)),
    ];
    const { pods, events } = options.caches;
    events.store.subscribe((change) => {
      if (change.kind === 'synced') this.#takeHistory();
      else if (events.store.synced) this.#enqueue(this.#events, change);
    });
    pods.store.subscribe((change) => {
      if (change.kind === 'synced') this.#look();
      else this.#enqueue(this.#pods, change);
    });
  }

  start(): void {
    for (const controller of this.#controllers) controller.start();
    this.#sweepLater();
  }

  async stop(): Promise<void> {
    this.#cancelSweep();
    await Promise.all(this.#controllers.map((controller) => controller.stop(0)));
  }

  /** What there is to say of one policy; undefined until everything that was there at the start has been looked at. */
  report(name: PolicyName, before: RateLimitStatus | undefined): PullReport | undefined {
    const { coverage, clock } = this.#options;
    const policy = coverage.policies().find((candidate) => candidate.name === name);
    if (policy === undefined || !this.#hasLooked) return undefined;
    const now = clock.date().getTime();
    const records = this.#failures.within(policy.windowMs, now);
    return reportFor({ policy, coverage, records, limited: this.#waiting.limited(), before, now });
  }

  /** Containers that wait because of a limit now, by registry and namespace. */
  waitingContainers(): Iterable<WaitingCount> {
    const served = servedRegistries(this.#options.coverage);
    const counts = new Map<string, WaitingCount>();
    for (const { pod, failure } of this.#waiting.limited()) {
      const registry = registryLabel(failure.registry, served);
      const key = `${registry} ${pod.namespace}`;
      counts.set(key, { registry, namespace: pod.namespace, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return counts.values();
  }

  /** A follower that becomes leader has something to say of every policy. */
  wakeAll(): void {
    for (const { name } of this.#options.coverage.policies()) this.#options.wake(name);
  }

  #enqueue(
    queue: WorkQueue<ObjectKey>,
    change: Exclude<Change<EventEntry | { namespace: string; name: string }>, { kind: 'synced' }>,
  ): void {
    if (change.kind !== 'resync') queue.add(keyOf(change.kind === 'removed' ? change.old : change.object));
  }

  /** The first list is no news: its counts are where counting begins. */
  #takeHistory(): void {
    const since = this.#options.clock.date().getTime() - LONGEST_WINDOW_MS;
    for (const entry of this.#options.caches.events.store.list()) {
      this.#counts.settle(entry);
      if (entry.failure === undefined || entry.last < since) continue;
      this.#history.add(keyOf(entry));
      this.#events.add(keyOf(entry));
    }
    this.#look();
  }

  #look(): void {
    const { pods, events } = this.#options.caches;
    if (this.#hasLooked || !pods.store.synced || !events.store.synced || this.#history.size > 0) return;
    this.#hasLooked = true;
    this.wakeAll();
  }

  async #reconcileEvent(key: ObjectKey): Promise<Next> {
    const { caches, lookup, clock } = this.#options;
    const next = await reconcileEvent(key, {
      events: caches.events.store,
      pending: caches.pods.store,
      followed: this.#followed,
      lookup,
      counts: this.#counts,
      history: this.#history,
      take: (occurrences) => {
        this.#take(occurrences);
      },
      now: () => clock.now(),
    });
    this.#look();
    return next;
  }

  #reconcilePod(key: ObjectKey): Promise<Next> {
    const { caches, lookup, coverage, wake } = this.#options;
    const changed = (namespace: string): void => {
      for (const policy of coverage.policies()) if (policy.covers(namespace)) wake(policy.name);
    };
    return reconcilePod(key, {
      pending: caches.pods.store,
      followed: this.#followed,
      lookup,
      waiting: this.#waiting,
      changed,
    });
  }

  #take({ failure, pod, count, before }: Occurrences): void {
    const { observer, coverage, isLeading, clock } = this.#options;
    const { outcome, registry } = failure;
    const { namespace, uid, pullSecrets } = pod;
    this.#waiting.remember(uid, failure);
    this.#pods.add(keyOf(pod));
    const isCounted = before === undefined && isLeading();
    if (outcome === 'kubelet-limit' && isCounted) observer.counts.kubeletLimited(namespace, count);
    if (outcome !== 'rate-limited' && outcome !== 'credentials-refused') return;

    const now = clock.date().getTime();
    const record: FailureRecord = {
      outcome,
      at: Math.min(before ?? now, now),
      namespace,
      registry,
      ...kindOf(failure, pod, coverage),
      pullSecrets,
      count,
    };
    this.#failures.add(record);
    const policies = policiesFor(namespace, registry, coverage);
    if (isCounted) this.#count(record, policies.length > 0);
    for (const { name } of policies) this.#options.wake(name);
  }

  #count({ outcome, registry: host, namespace, kind, count }: FailureRecord, covered: boolean): void {
    const { observer, coverage } = this.#options;
    const registry = registryLabel(host, servedRegistries(coverage));
    if (outcome === 'credentials-refused') {
      observer.counts.refused(registry, namespace, count);
      return;
    }
    observer.counts.rateLimited(registry, namespace, kind, count);
    if (!covered) observer.counts.uncovered(registry, namespace, count);
  }

  #sweepLater(): void {
    const { clock } = this.#options;
    this.#cancelSweep = clock.setTimer(SWEEP_MS, () => {
      this.#counts.sweep(clock.now());
      this.#failures.forgetBefore(clock.date().getTime() - LONGEST_WINDOW_MS);
      this.#sweepLater();
    });
  }

  #queue(name: string): WorkQueue<ObjectKey> {
    const { observer, clock } = this.#options;
    const queueObserver = observer.queue(name);
    const queue = new WorkQueue<ObjectKey>({ name, clock, observer: queueObserver });
    queueObserver.watch(() => queue.unfinished());
    return queue;
  }

  #controller(
    name: string,
    queue: WorkQueue<ObjectKey>,
    reconcile: (key: ObjectKey) => Promise<Next>,
  ): Controller<ObjectKey> {
    const { observer, clock, log } = this.#options;
    const onError = (key: ObjectKey, error: unknown): Next => {
      if (isApiError(error, 'aborted')) return done;
      log.warn('reconcile failed', { controller: name, key, err: error });
      return retry;
    };
    return new Controller({
      name,
      queue,
      workers: WORKERS,
      reconcile,
      onError,
      clock,
      observer: observer.controller(name),
    });
  }
}
