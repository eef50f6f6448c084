import type { PolicyName } from '../../src/api/keys.ts';
import { CacheStore } from '../../src/kube/cache-store.ts';
import { ApiError } from '../../src/kube/errors.ts';
import { type ReflectorHealth, startingHealth, watchingHealth } from '../../src/kube/reflector-health.ts';
import type { Stored } from '../../src/kube/store.ts';
import type { Coverage } from '../../src/pulls/coverage/coverage.ts';
import type { EventEntry, PodEvent } from '../../src/pulls/events/event.ts';
import { type PullsObserver, PullsFlow, type Watched } from '../../src/pulls/flow.ts';
import { PodLookup, type ReadPod } from '../../src/pulls/pods/pod-lookup.ts';
import type { PodEntry } from '../../src/pulls/pods/pod.ts';
import type { SaidBefore } from '../../src/pulls/report/said-before.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { FakeClock } from '../runtime/fake-clock.ts';
import { coverage, event, pod, policy } from './fixtures.ts';

const START = '2026-01-01T12:00:00.000Z';
/** @param seconds before the start of the test */
export const ago = (seconds: number): string => new Date(Date.parse(START) - seconds * 1000).toISOString();
export const HUB = policy().name;
const NEW: SaidBefore = { rateLimit: undefined, isLimited: false, isRefused: false, isNew: true };
export const SAID: SaidBefore = { ...NEW, isNew: false };
const ignore = (): void => undefined;
export const absent: ReadPod = () => Promise.reject(new ApiError({ kind: 'not-found', method: 'GET', path: '/' }));

/** A reflector without an API server behind it. */
class FakeWatch<T extends Stored> implements Watched<T> {
  readonly name: string;
  readonly store = new CacheStore<T>((error) => {
    throw error;
  });
  health: ReflectorHealth = watchingHealth(startingHealth(0, false), 0);
  readonly #handlers: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  onHealth(handler: () => void): void {
    this.#handlers.push(handler);
  }

  turns(state: ReflectorHealth['state']): void {
    this.health = { ...this.health, state };
    for (const handler of this.#handlers) handler();
  }
}

/** A flow without an API server: what it watches, what it counts, and whom it wakes. */
export class FlowFixture {
  readonly clock = new FakeClock(START);
  readonly pods = new FakeWatch<PodEntry>('pods');
  readonly events = new FakeWatch<EventEntry>('events');
  readonly isCovered = Promise.withResolvers<undefined>();
  readonly counted: string[] = [];
  readonly woken: PolicyName[] = [];
  /** Reasons of RateLimited at the moments at which a policy was woken. */
  readonly saidWhenWoken: (string | undefined)[] = [];
  covering: Coverage = coverage();
  isLeading = true;
  read: ReadPod = absent;
  /** Most keys that ever were in a queue. */
  mostQueued = 0;
  readonly flow: PullsFlow;
  #version = 0;

  constructor() {
    this.flow = new PullsFlow({
      caches: { pods: this.pods, events: this.events },
      coverage: {
        policies: () => this.covering.policies(),
        copyIn: (...args) => this.covering.copyIn(...args),
        pullSecretsOf: (...args) => this.covering.pullSecretsOf(...args),
      },
      covered: () => this.isCovered.promise,
      lookup: new PodLookup((ref) => this.read(ref), this.clock),
      observer: this.#observer(),
      wake: (name) => {
        this.woken.push(name);
        this.saidWhenWoken.push(this.reason(SAID));
      },
      isLeading: () => this.isLeading,
      clock: this.clock,
      log: silentLog,
    });
  }

  /** An Event of this moment, in a version of its own. */
  told(changes: Partial<PodEvent> = {}, name = 'e'): EventEntry {
    return {
      ...event({ lastTimestamp: ago(0), firstTimestamp: ago(0), ...changes }, name),
      resourceVersion: (++this.#version).toString(),
    };
  }

  async start(entries: readonly EventEntry[] = [], pending: readonly PodEntry[] = [pod()]): Promise<void> {
    this.flow.start();
    this.pods.store.replace(pending);
    this.events.store.replace(entries);
    await this.begins();
  }

  /** Policies are known from now on. */
  async begins(): Promise<void> {
    this.isCovered.resolve(undefined);
    await this.clock.advance(1);
  }

  async happens(changes: Partial<PodEvent>, name?: string): Promise<void> {
    this.events.store.set(this.told(changes, name));
    await this.clock.advance(1);
  }

  lead(): void {
    this.isLeading = true;
    this.flow.lead();
  }

  async stop(): Promise<void> {
    const stopped = this.flow.stop();
    await this.clock.advance(2_000);
    await stopped;
  }

  /** Of the condition RateLimited. */
  reason(before: SaidBefore = NEW): string | undefined {
    return this.flow.report(HUB, before)?.findings.find(({ type }) => type === 'RateLimited')?.reason;
  }

  get failures(): number | undefined {
    return this.flow.report(HUB, SAID)?.rateLimit?.failuresInWindow;
  }

  get gauge(): string[] {
    return [...this.flow.waitingContainers()].map((each) => Object.values(each).join(' '));
  }

  #observer(): PullsObserver {
    const { counted } = this;
    const depth = (keys: number): void => {
      this.mostQueued = Math.max(this.mostQueued, keys);
    };
    return {
      queue: () => ({ added: ignore, started: ignore, finished: ignore, retried: ignore, watch: ignore, depth }),
      controller: () => ({ reconciled: ignore, active: ignore }),
      counts: {
        rateLimited: (...args) => counted.push(`limited ${args.join(' ')}`),
        refused: (...args) => counted.push(`refused ${args.join(' ')}`),
        uncovered: (...args) => counted.push(`uncovered ${args.join(' ')}`),
        kubeletLimited: (...args) => counted.push(`qps ${args.join(' ')}`),
      },
    };
  }
}
