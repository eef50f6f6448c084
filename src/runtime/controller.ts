import { type Clock, sleep } from './clock.ts';
import type { WorkQueue } from './queue.ts';

/** What is to happen with a key after a run. */
export type Next =
  | { readonly kind: 'done' }
  /** Run again in `ms` milliseconds, whatever happens. */
  | { readonly kind: 'after'; readonly ms: number }
  /** Run again after the key's own back-off. */
  | { readonly kind: 'retry' };

export const done: Next = { kind: 'done' };
export const after = (ms: number): Next => ({ kind: 'after', ms });
export const retry: Next = { kind: 'retry' };

export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** Told about everything that the `controller_runtime_*` metrics count. */
export interface ControllerObserver {
  reconciled(result: ReconcileResult, seconds: number): void;
  /** Workers that are busy now. */
  active(workers: number): void;
}

export interface ControllerOptions<K extends string> {
  readonly name: string;
  readonly queue: WorkQueue<K>;
  /** How many keys are worked on at once. */
  readonly workers: number;
  /** One run. Why it runs is withheld on purpose: it must bring the key to its desired state from any state. */
  readonly reconcile: (key: K, signal: AbortSignal) => Promise<Next>;
  /** The error policy, and the only catch-all: says what becomes of a key whose run threw. */
  readonly onError: (key: K, error: unknown) => Next;
  readonly clock: Clock;
  readonly observer?: ControllerObserver;
}

/** How long an aborted run gets to notice; whoever ignores its signal for longer is abandoned. */
const ABANDON_AFTER_MS = 1_000;

/**
 * Workers that take keys from a queue and reconcile them.
 *
 * Guarantees: the same key is never run twice at once; every failure goes through `onError`; a failed run never ends a worker.
 * Lives once: after `stop`, make a new one on a new queue.
 */
export class Controller<K extends string> {
  readonly name: string;
  readonly #options: ControllerOptions<K>;
  readonly #abort = new AbortController();
  #workers: Promise<unknown> | undefined;
  #active = 0;

  constructor(options: ControllerOptions<K>) {
    this.name = options.name;
    this.#options = options;
  }

  /** Starts the workers. A second call, or one after `stop`, has no effect. */
  start(): void {
    if (this.#workers !== undefined || this.#abort.signal.aborted) return;
    this.#workers = Promise.all(Array.from({ length: this.#options.workers }, () => this.#work()));
  }

  /**
   * Takes no more work, waits for what is in flight, and aborts it after `drainMs` milliseconds. Resolves when
   * the runs have ended, at the latest one second after the abort.
   */
  async stop(drainMs: number): Promise<void> {
    this.#options.queue.shutDown();
    await this.#ended(drainMs);
    this.#abort.abort();
    await this.#ended(ABANDON_AFTER_MS);
  }

  /** Resolves when all workers have ended, or after `ms` milliseconds. */
  async #ended(ms: number): Promise<void> {
    if (this.#workers === undefined) return;
    const workersEnded = new AbortController();
    const ended = this.#workers.then(() => {
      workersEnded.abort();
    });
    await Promise.race([ended, sleep(this.#options.clock, ms, workersEnded.signal)]);
  }

  async #work(): Promise<void> {
    const { queue } = this.#options;
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      this.#setActive(1);
      try {
        await this.#run(key);
      } finally {
        queue.done(key);
        this.#setActive(-1);
      }
    }
  }

  async #run(key: K): Promise<void> {
    const { queue, clock, reconcile, observer } = this.#options;
    const started = clock.now();
    let failed = false;
    let next: Next;
    try {
      next = await reconcile(key, this.#abort.signal);
    } catch (error) {
      failed = true;
      next = this.#afterError(key, error);
    }
    if (next.kind === 'done' || (next.kind === 'after' && !failed)) queue.forget(key);
    if (next.kind === 'after') queue.addAfter(key, next.ms);
    if (next.kind === 'retry') queue.addRateLimited(key);
    observer?.reconciled(failed ? 'error' : RESULTS[next.kind], (clock.now() - started) / 1000);
  }

  /** A policy that throws must not end the worker: its key is retried. */
  #afterError(key: K, error: unknown): Next {
    try {
      return this.#options.onError(key, error);
    } catch {
      return retry;
    }
  }

  #setActive(change: number): void {
    this.#active += change;
    this.#options.observer?.active(this.#active);
  }
}

const RESULTS: Readonly<Record<Next['kind'], ReconcileResult>> = {
  done: 'success',
  after: 'requeue_after',
  retry: 'requeue',
};
