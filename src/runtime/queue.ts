import { type BackoffOptions, type Random, backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { Fifo } from './fifo.ts';

/** Told about everything that the `workqueue_*` metrics count. */
export interface QueueObserver {
  /** A key was queued that was not queued already. */
  added(): void;
  /** A worker took a key that had been queued for so long. */
  started(queuedSeconds: number): void;
  /** A worker is done with a key that it had for so long. */
  finished(workSeconds: number): void;
  /** A key comes back after a failure. Plain delays (`addAfter`) are no retries. */
  retried(): void;
  /** Keys queued now; those being worked on or delayed are not among them. */
  depth(keys: number): void;
}

export interface WorkQueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random?: Random;
  /** Delay of `addRateLimited`, per key. */
  readonly backoff?: BackoffOptions;
  readonly observer?: QueueObserver;
}

const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 50, maxMs: 60_000 };

interface Delayed {
  readonly due: number;
  readonly cancel: () => void;
}

/**
 * A queue of keys, with the contract of client-go's workqueue:
 * - a key that is queued already is not queued twice;
 * - a key is never given to two workers at once: one that is added while it is worked on is queued again at its `done`;
 * - keys come out in the order in which they went in;
 * - of several delayed adds of one key the earliest wins.
 * One difference: `shutDown` drops what is queued instead of handing it out.
 */
export class WorkQueue<K extends string> {
  readonly name: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #backoff: BackoffOptions;
  readonly #observer: QueueObserver | undefined;
  readonly #order = new Fifo<K>();
  readonly #queuedSince = new Map<K, number>();
  readonly #workedOnSince = new Map<K, number>();
  readonly #again = new Map<K, number>();
  readonly #delayed = new Map<K, Delayed>();
  readonly #failures = new Map<K, number>();
  readonly #waiters = new Fifo<(key: K | undefined) => void>();
  #shutDown = false;

  constructor({ name, clock, random = Math.random, backoff = DEFAULT_BACKOFF, observer }: WorkQueueOptions) {
    this.name = name;
    this.#clock = clock;
    this.#random = random;
    this.#backoff = backoff;
    this.#observer = observer;
  }

  /** Keys queued now, without those being worked on or delayed. */
  get length(): number {
    return this.#order.length;
  }

  /** Queues a key. No effect after `shutDown`. */
  add(key: K): void {
    if (this.#shutDown || this.#queuedSince.has(key) || this.#again.has(key)) return;
    this.#observer?.added();
    const now = this.#clock.now();
    if (this.#workedOnSince.has(key)) this.#again.set(key, now);
    else this.#enqueue(key, now);
  }

  /** Queues a key `ms` milliseconds from now, or earlier if it is due earlier already. */
  addAfter(key: K, ms: number): void {
    if (this.#shutDown) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const due = this.#clock.now() + ms;
    const waiting = this.#delayed.get(key);
    if (waiting !== undefined && waiting.due <= due) return;
    waiting?.cancel();
    const cancel = this.#clock.setTimer(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { due, cancel });
  }

  /** Queues a key after its own back-off, which grows with each call until `forget`. */
  addRateLimited(key: K): void {
    if (this.#shutDown) return;
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    this.#observer?.retried();
    this.addAfter(key, backoffMs(failures, this.#backoff, this.#random));
  }

  /** Ends the back-off of a key; a delayed add that is under way stays. */
  forget(key: K): void {
    this.#failures.delete(key);
  }

  /** How often the key was added by `addRateLimited` since the last `forget`. */
  failures(key: K): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, as soon as there is one; undefined after `shutDown`. Every key that it gives needs a `done`. */
  get(): Promise<K | undefined> {
    if (this.#shutDown) return Promise.resolve(undefined);
    const key = this.#order.shift();
    if (key !== undefined) return Promise.resolve(this.#begin(key));
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** The worker is done with a key. */
  done(key: K): void {
    const since = this.#workedOnSince.get(key);
    if (since === undefined) return;
    this.#workedOnSince.delete(key);
    this.#observer?.finished((this.#clock.now() - since) / 1000);
    const addedAgain = this.#again.get(key);
    if (addedAgain === undefined) return;
    this.#again.delete(key);
    if (!this.#shutDown) this.#enqueue(key, addedAgain);
  }

  /** Takes no more keys, gives no more keys, and lets every waiting worker go. */
  shutDown(): void {
    this.#shutDown = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#failures.clear();
    this.#again.clear();
    this.#queuedSince.clear();
    this.#order.clear();
    this.#observer?.depth(0);
    while (this.#waiters.length > 0) this.#waiters.shift()?.(undefined);
  }

  /** Work under way: the sum of its seconds so far, and the longest of them. To be read when metrics are scraped. */
  unfinished(): { seconds: number; longest: number } {
    const now = this.#clock.now();
    let seconds = 0;
    let longest = 0;
    for (const since of this.#workedOnSince.values()) {
      const elapsed = (now - since) / 1000;
      seconds += elapsed;
      longest = Math.max(longest, elapsed);
    }
    return { seconds, longest };
  }

  #enqueue(key: K, since: number): void {
    this.#queuedSince.set(key, since);
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter(this.#begin(key));
      return;
    }
    this.#order.push(key);
    this.#observer?.depth(this.#order.length);
  }

  #begin(key: K): K {
    const now = this.#clock.now();
    const since = this.#queuedSince.get(key) ?? now;
    this.#queuedSince.delete(key);
    this.#workedOnSince.set(key, now);
    this.#observer?.depth(this.#order.length);
    this.#observer?.started((now - since) / 1000);
    return key;
  }
}
