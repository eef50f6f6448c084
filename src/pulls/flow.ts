import type { PolicyName } from '../api/keys.ts';
import type { ReflectorHealth } from '../kube/reflector-health.ts';
import type { Change, ReadStore, Stored } from '../kube/store.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Controller, Next } from '../runtime/controller.ts';
import type { Log } from '../runtime/log.ts';
import type { WorkQueue } from '../runtime/queue.ts';
import type { Coverage } from './coverage/coverage.ts';
import type { EventEntry } from './events/event.ts';
import { EventCounts } from './events/event-counts.ts';
import { FailureLog } from './failure-log.ts';
import { FirstLook } from './first-look.ts';
import { FollowedPods } from './pods/followed-pods.ts';
import { frozen } from './coverage/frozen-coverage.ts';
import { Notices } from './notices.ts';
import { keyOf, type ObjectKey } from './object-key.ts';
import type { PodEntry } from './pods/pod.ts';
import type { PodLookup } from './pods/pod-lookup.ts';
import { type Occurrences, reconcileEvent } from './events/reconcile-event.ts';
import { reconcilePod } from './pods/reconcile-pod.ts';
import { registryLabel, servedRegistries } from './coverage/registries.ts';
import { type PullReport, reportFor, reportNothing } from './report/report.ts';
import type { SaidBefore } from './report/said-before.ts';
import { type History, isLate, setAside } from './events/set-aside.ts';
import { type PullCounts, take } from './take.ts';
import { WaitingPods } from './pods/waiting.ts';
import { type WorkObserver, type Workers, workersFor } from './workers.ts';
import { countWaiting, type WaitingCount } from './pods/waiting-counts.ts';

export interface PullsObserver extends WorkObserver {
  readonly counts: PullCounts;
}

/** What is asked of a reflector. */
export interface Watched<T extends Stored> {
  readonly name: string;
  readonly store: ReadStore<T>;
  readonly health: ReflectorHealth;
  onHealth(handler: () => void): unknown;
}

export interface PullsOptions {
  readonly caches: { readonly pods: Watched<PodEntry>; readonly events: Watched<EventEntry> };
  readonly coverage: Coverage;
  /** Resolves when `coverage` tells of all policies; before that nobody could say as whom a pull was made, and whom it concerns. */
  readonly covered: (signal: AbortSignal) => Promise<void>;
  readonly lookup: Pick<PodLookup, 'find'>;
  readonly observer: PullsObserver;
  /** A policy's report may have changed. */
  readonly wake: (policy: PolicyName) => void;
  /** Only a leader counts; a follower keeps everything else up to date. */
  readonly isLeading: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** `spec.rateLimit.window` reaches back so far at most. */
const LONGEST_WINDOW_MS = 24 * 3_600_000;
const SWEEP_MS = 10 * 60_000;
const NOT_YET = 'pods and their Events have not been looked at yet';

/**
 * Flow B: turns pod Events and pod status into counts, and into what a policy's status says of limits. Lives as long as the process,
 * so that a change of leader loses nothing. Handlers only enqueue keys.
 */
export class PullsFlow {
  readonly #options: PullsOptions;
  readonly #counts = new EventCounts();
  readonly #failures = new FailureLog();
  readonly #waiting = new WaitingPods();
  readonly #followed: FollowedPods;
  readonly #notices: Notices;
  readonly #history: History = new Map();
  readonly #firstLook = new FirstLook();
  readonly #events: WorkQueue<ObjectKey>;
  readonly #pods: WorkQueue<ObjectKey>;
  readonly #controllers: readonly Controller<ObjectKey>[];
  readonly #stopping = new AbortController();
  #cancelSweep: () => void = () => undefined;
  /** Wall-clock milliseconds. */
  #lookedAt: number | undefined;
  #hasFollowed = false;
  /** When it took over from another, in wall-clock milliseconds; 0 where it did not. */
  #ledSince = 0;

  constructor(options: PullsOptions) {
    this.#options = options;
    this.#followed = new FollowedPods(options.clock);
    this.#notices = new Notices(options.clock, options.log);
    const { observer, clock, log } = options;
    const workers = (name: string, reconcile: (key: ObjectKey) => Promise<Next>): Workers =>
      workersFor({ name, reconcile, observer, clock, log });
    const [events, pods] = [
      workers('pull-event', (key) => this.#reconcileEvent(key)),
      workers('waiting-pod', (key) => this.#reconcilePod(key)),
    ];
    [this.#events, this.#pods] = [events.queue, pods.queue];
    this.#controllers = [events.controller, pods.controller];
    this.#subscribe();
  }

  /** Works off what the watches bring, once they and the policies are known. */
  start(): void {
    this.#sweepLater();
    void this.#startWorkers();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancelSweep();
    await Promise.all(this.#controllers.map((controller) => controller.stop(0)));
  }

  /** What there is to say of one policy; undefined where what was said before stands. */
  report(name: PolicyName, before: SaidBefore): PullReport | undefined {
    const { clock } = this.#options;
    const coverage = frozen(this.#options.coverage);
    const policy = coverage.policies().find((candidate) => candidate.name === name);
    if (policy === undefined) return undefined;
    const blind = this.#whyBlind();
    if (blind !== undefined) return reportNothing(before, blind);
    const lookedAt = this.#lookedAt;
    if (lookedAt === undefined) return before.isNew ? reportNothing(before, NOT_YET) : undefined;
    const now = clock.date().getTime();
    const records = this.#failures.within(policy.windowMs, now);
    return reportFor({ policy, coverage, records, blocked: [...this.#waiting.blocked()], before, lookedAt, now });
  }

  /** Containers that wait because of a limit now, by registry and namespace. */
  waitingContainers(): Iterable<WaitingCount> {
    return countWaiting(this.#waiting.blocked(), servedRegistries(this.#options.coverage));
  }

  /** Says of which registries there may be series now: of those that are well known, or a policy's. */
  labels(): (registry: string) => boolean {
    const served = servedRegistries(this.#options.coverage);
    return (registry) => registryLabel(registry, served) === registry;
  }

  /** This process leads from now on: it counts what comes, not what was there, and has something to say of every policy. */
  lead(): void {
    const { caches, clock } = this.#options;
    this.#ledSince = this.#hasFollowed ? clock.date().getTime() : 0;
    this.#hasFollowed = false;
    // Before the first list there is nothing that it could have missed.
    for (const entry of caches.events.store.synced ? caches.events.store.list() : [])
      if (setAside(entry, this.#counts.fresh(entry), this.#counts, this.#history)) this.#events.add(keyOf(entry));
    this.#wakeAll();
  }

  /** Another process leads, and counts. */
  follow(): void {
    this.#hasFollowed = true;
  }

  #wakeAll(): void {
    for (const { name } of this.#options.coverage.policies()) this.#options.wake(name);
  }

  #subscribe(): void {
    const { pods, events } = this.#options.caches;
    events.store.subscribe((change) => {
      if (change.kind === 'synced') this.#takeHistory();
      else if (events.store.synced) this.#enqueue(this.#events, change);
    });
    pods.store.subscribe((change) => {
      if (change.kind === 'synced') this.#takePods();
      else this.#enqueue(this.#pods, change);
    });
    for (const reflector of [pods, events])
      reflector.onHealth(() => {
        this.#wakeAll();
      });
  }

  async #startWorkers(): Promise<void> {
    const { caches, covered } = this.#options;
    const { signal } = this.#stopping;
    const synced = [caches.pods, caches.events].map(({ store }) => store.whenSynced(signal).catch(() => undefined));
    await Promise.all([...synced, covered(signal)]);
    if (signal.aborted) return;
    for (const controller of this.#controllers) controller.start();
    this.#look();
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
      const key = keyOf(entry);
      this.#history.set(key, entry);
      this.#firstLook.expect('event', key);
      this.#events.add(key);
    }
  }

  #takePods(): void {
    for (const pod of this.#options.caches.pods.store.list()) this.#firstLook.expect('pod', keyOf(pod));
  }

  #look(): void {
    const { caches, clock } = this.#options;
    const isSynced = caches.pods.store.synced && caches.events.store.synced;
    if (this.#lookedAt !== undefined || !isSynced || !this.#firstLook.isOver) return;
    this.#lookedAt = clock.date().getTime();
    this.#wakeAll();
  }

  /** Why nothing can be said of pulls, where the API server refuses to show them. */
  #whyBlind(): string | undefined {
    const { pods, events } = this.#options.caches;
    const refused = [pods, events].filter(({ health }) => health.state === 'forbidden').map(({ name }) => name);
    return refused.length === 0
      ? undefined
      : `the operator may not list and watch ${refused.join(' and ')}: apply config/rbac again`;
  }

  async #reconcileEvent(key: ObjectKey): Promise<Next> {
    const { caches, lookup, clock } = this.#options;
    try {
      return await reconcileEvent(key, {
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
    } finally {
      this.#firstLook.done('event', key);
      this.#look();
    }
  }

  async #reconcilePod(key: ObjectKey): Promise<Next> {
    const { caches, lookup, clock } = this.#options;
    try {
      return await reconcilePod(key, {
        pending: caches.pods.store,
        followed: this.#followed,
        lookup,
        waiting: this.#waiting,
        changed: (namespace) => {
          this.#wakeCovering(namespace);
        },
        wallClock: () => clock.date().getTime(),
      });
    } finally {
      this.#firstLook.done('pod', key);
      this.#look();
    }
  }

  #wakeCovering(namespace: string): void {
    const { coverage, wake } = this.#options;
    for (const policy of coverage.policies()) if (policy.covers(namespace)) wake(policy.name);
  }

  #take(occurrences: Occurrences): void {
    const { coverage, observer, wake, isLeading, clock } = this.#options;
    const now = clock.date().getTime();
    take(occurrences, {
      coverage: frozen(coverage),
      waiting: this.#waiting,
      failures: this.#failures,
      counts: observer.counts,
      notices: this.#notices,
      wake,
      isOurs: isLeading() && !isLate(occurrences.last, this.#ledSince, now),
      now,
    });
    // A pod that is in no watch has to be read again.
    this.#pods.add(keyOf(occurrences.pod));
  }

  #sweepLater(): void {
    const { clock } = this.#options;
    this.#cancelSweep = clock.setTimer(SWEEP_MS, () => {
      this.#counts.sweep(clock.now());
      this.#notices.sweep();
      this.#failures.forgetBefore(clock.date().getTime() - LONGEST_WINDOW_MS);
      this.#sweepLater();
    });
  }
}
