import type { PolicyName } from '../api/keys.ts';
import type { ReflectorHealth } from '../kube/reflector-health.ts';
import type { Change, ReadStore, Stored } from '../kube/store.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Next } from '../runtime/controller.ts';
import type { Log } from '../runtime/log.ts';
import type { Coverage } from './coverage/coverage.ts';
import type { EventEntry } from './events/event.ts';
import { FirstLook, type Kind } from './first-look.ts';
import { frozen } from './coverage/frozen-coverage.ts';
import { LONGEST_WINDOW_MS, PullMemory } from './memory.ts';
import { keyOf, type ObjectKey, partsOf } from './object-key.ts';
import { whyBlind } from './blind.ts';
import type { PodEntry } from './pods/pod.ts';
import type { PodLookup, PodReader } from './pods/pod-lookup.ts';
import { type Occurrences, reconcileEvent } from './events/reconcile-event.ts';
import { reconcilePod } from './pods/reconcile-pod.ts';
import { namedBy, registryLabel } from './coverage/registry-label.ts';
import { type PullReport, reportFor, reportNothing } from './report/report.ts';
import { ReportPace } from './report/report-pace.ts';
import type { SaidBefore } from './report/said-before.ts';
import { isLate, setAside, type Tenure } from './events/set-aside.ts';
import { type ChangeDeps, type PullCounts, take, takeChange } from './take.ts';
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
  readonly lookup: Pick<PodLookup, 'during' | 'stop'>;
  readonly observer: PullsObserver;
  /** A policy's report may have changed. */
  readonly wake: (policy: PolicyName) => void;
  /** Only a leader counts; a follower keeps everything else up to date. */
  readonly isLeading: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

const SWEEP_MS = 10 * 60_000;
const NOT_YET = 'pods and their Events have not been looked at yet';

/**
 * Flow B: turns pod Events and pod status into counts, and into what a policy's status says of limits. Lives as long as the process,
 * so that a change of leader loses nothing. Handlers only enqueue keys.
 */
export class PullsFlow {
  readonly #options: PullsOptions;
  readonly #memory: PullMemory;
  readonly #firstLook = new FirstLook();
  readonly #pace: ReportPace;
  readonly #workers: Readonly<Record<Kind, Workers>>;
  readonly #stopping = new AbortController();
  #cancelSweep: () => void = () => undefined;
  #isWorking = false;
  /** Wall-clock milliseconds. */
  #lookedAt: number | undefined;
  #tenure: Tenure = { ledSince: 0, lookedSince: 0 };

  constructor(options: PullsOptions) {
    this.#options = options;
    const { observer, clock, log } = options;
    this.#memory = new PullMemory(clock, log);
    this.#pace = new ReportPace(clock);
    const workers = (name: string, reconcile: (key: ObjectKey) => Promise<Next>): Workers =>
      workersFor({ name, reconcile, observer, clock, log });
    this.#workers = {
      event: workers('pull-event', (key) => this.#run('event', key, (reader) => this.#reconcileEvent(key, reader))),
      pod: workers('waiting-pod', (key) => this.#run('pod', key, (reader) => this.#reconcilePod(key, reader))),
    };
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
    await Promise.all(Object.values(this.#workers).map(({ controller }) => controller.stop(0)));
    this.#options.lookup.stop();
  }

  /** What there is to say of one policy; undefined where what was said before stands. */
  report(name: PolicyName, before: SaidBefore): PullReport | undefined {
    const { clock } = this.#options;
    const coverage = frozen(this.#options.coverage);
    const policies = coverage.policies();
    const policy = policies.find((candidate) => candidate.name === name);
    if (policy === undefined) return undefined;
    const { pods, events } = this.#options.caches;
    const blind = whyBlind([pods, events]);
    if (blind !== undefined) return reportNothing(before, blind);
    const lookedAt = this.#lookedAt;
    if (lookedAt === undefined) return before.isNew ? reportNothing(before, NOT_YET) : undefined;
    return this.#pace.report(policy, policies, () => {
      const now = clock.date().getTime();
      const records = this.#memory.failures.within(policy.windowMs, now);
      const blocked = [...this.#memory.waiting.alike()];
      return reportFor({ policy, coverage, records, blocked, before, lookedAt, now });
    });
  }

  /** Containers that wait because of a limit now, by registry and namespace. */
  waitingContainers(): Iterable<WaitingCount> {
    return countWaiting(this.#memory.waiting.blocked(), namedBy(this.#options.coverage.policies()));
  }

  /** Says of which registries there may be series now: of those that are well known, or a policy's. */
  labels(): (registry: string) => boolean {
    const named = namedBy(this.#options.coverage.policies());
    return (registry) => registryLabel(registry, named) === registry;
  }

  /** This process leads from now on: it counts what comes, not what was there, and has something to say of every policy. */
  lead(): void {
    const { caches, clock } = this.#options;
    const { counts, history } = this.#memory;
    this.#tenure = { ...this.#tenure, ledSince: clock.date().getTime() };
    // Before the first list there is nothing that it could have missed.
    for (const entry of caches.events.store.synced ? caches.events.store.list() : [])
      if (setAside(entry, counts.fresh(entry), counts, history)) this.#enqueue('event', entry);
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const { name } of this.#options.coverage.policies()) this.#options.wake(name);
  }

  #subscribe(): void {
    const { pods, events } = this.#options.caches;
    events.store.subscribe((change) => {
      if (change.kind === 'synced') this.#takeHistory();
      else this.#changed('event', change);
    });
    pods.store.subscribe((change) => {
      if (change.kind !== 'synced') this.#changed('pod', change);
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
    this.#takeStock();
    for (const { controller } of Object.values(this.#workers)) controller.start();
    this.#look();
  }

  #changed(kind: Kind, change: Exclude<Change<EventEntry | PodEntry>, { kind: 'synced' }>): void {
    if (change.kind !== 'resync') this.#enqueue(kind, change.kind === 'removed' ? change.old : change.object);
  }

  /** While nobody may work nothing is queued: `#takeStock` finds it, and what came and went meanwhile leaves nothing behind. */
  #enqueue(kind: Kind, object: EventEntry | PodEntry): void {
    if (this.#isWorking) this.#workers[kind].queue.add(keyOf(object));
  }

  /** The first list is no news: its counts are where counting begins. */
  #takeHistory(): void {
    const { counts, history } = this.#memory;
    const since = this.#options.clock.date().getTime() - LONGEST_WINDOW_MS;
    for (const entry of this.#options.caches.events.store.list()) {
      counts.settle(entry);
      if (entry.failure !== undefined && entry.last >= since) history.set(keyOf(entry), entry);
    }
  }

  /** Queues everything that is there when work begins, what happened to Events since their first list included. */
  #takeStock(): void {
    const { caches, clock } = this.#options;
    const { counts, history } = this.#memory;
    const { queue } = this.#workers.event;
    this.#isWorking = true;
    this.#tenure = { ...this.#tenure, lookedSince: clock.date().getTime() };
    for (const key of history.keys()) this.#expect('event', key);
    for (const pod of caches.pods.store.list()) this.#expect('pod', keyOf(pod));
    const there = new Set<ObjectKey>();
    for (const entry of caches.events.store.list()) {
      there.add(keyOf(entry));
      if (counts.fresh(entry) > 0) queue.add(keyOf(entry));
    }
    for (const key of counts.present()) if (!there.has(key)) queue.add(key);
  }

  #expect(kind: Kind, key: ObjectKey): void {
    this.#firstLook.expect(kind, key);
    this.#workers[kind].queue.add(key);
  }

  #look(): void {
    const { caches, clock } = this.#options;
    const isSynced = caches.pods.store.synced && caches.events.store.synced;
    if (this.#lookedAt !== undefined || !isSynced || !this.#firstLook.isOver) return;
    this.#lookedAt = clock.date().getTime();
    this.#wakeAll();
  }

  async #run(kind: Kind, key: ObjectKey, run: (reader: PodReader) => Promise<Next>): Promise<Next> {
    const { queue } = this.#workers[kind];
    const call = (): void => {
      queue.add(key);
    };
    try {
      return await this.#options.lookup.during({ id: `${kind} ${key}`, namespace: partsOf(key).namespace, call }, run);
    } finally {
      this.#firstLook.done(kind, key);
      this.#look();
    }
  }

  #reconcileEvent(key: ObjectKey, lookup: PodReader): Promise<Next> {
    const { caches, clock } = this.#options;
    const { counts, followed, history } = this.#memory;
    return reconcileEvent(key, {
      counts,
      followed,
      history,
      events: caches.events.store,
      pending: caches.pods.store,
      lookup,
      take: (occurrences) => {
        this.#take(occurrences);
      },
      now: () => clock.now(),
    });
  }

  #reconcilePod(key: ObjectKey, lookup: PodReader): Promise<Next> {
    const { caches, clock } = this.#options;
    const { followed, waiting } = this.#memory;
    return reconcilePod(key, {
      followed,
      waiting,
      pending: caches.pods.store,
      lookup,
      changed: (change) => {
        takeChange(change, this.#changeDeps());
      },
      wallClock: () => clock.date().getTime(),
    });
  }

  #changeDeps(): ChangeDeps {
    const { coverage, wake, clock } = this.#options;
    return { coverage: frozen(coverage), failures: this.#memory.failures, wake, now: clock.date().getTime() };
  }

  #take(occurrences: Occurrences): void {
    const { observer, isLeading } = this.#options;
    const { waiting, notices } = this.#memory;
    const deps = this.#changeDeps();
    const isOurs = isLeading() && !isLate(occurrences.last, this.#tenure, deps.now);
    take(occurrences, { ...deps, waiting, notices, counts: observer.counts, isOurs });
    // A pod that is in no watch has to be read again.
    this.#enqueue('pod', occurrences.pod);
  }

  #sweepLater(): void {
    const { clock } = this.#options;
    this.#cancelSweep = clock.setTimer(SWEEP_MS, () => {
      this.#memory.sweep();
      this.#sweepLater();
    });
  }
}
