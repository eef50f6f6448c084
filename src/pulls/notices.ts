import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Outcome } from './message/classify.ts';

/** A storm says the same thousands of times: at level info each registry and namespace is told of once in so long. */
const EVERY_MS = 10 * 60_000;

const WORDS: Partial<Readonly<Record<Outcome, string>>> = {
  'rate-limited': 'a registry limits an image pull',
  'credentials-refused': 'a registry refuses an image pull',
};

export interface Notice {
  readonly outcome: Outcome;
  /** Value of the label: one of few. */
  readonly registry: string;
  readonly namespace: string;
  readonly pod: string;
  readonly image: string;
  readonly kind: string;
  readonly count: number;
  /** Redacted. */
  readonly words: string | undefined;
}

/** Tells the log of failed pulls: all at level debug, the first of a kind at level info. */
export class Notices {
  readonly #clock: Clock;
  readonly #log: Log;
  /** Monotonic milliseconds of the last one at level info. */
  readonly #told = new Map<string, number>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  tell({ outcome, ...notice }: Notice): void {
    const message = WORDS[outcome];
    if (message === undefined) return;
    const key = `${outcome} ${notice.registry} ${notice.namespace}`;
    const now = this.#clock.now();
    const isDue = (this.#told.get(key) ?? -EVERY_MS) + EVERY_MS <= now;
    if (isDue) this.#told.set(key, now);
    this.#log[isDue ? 'info' : 'debug'](message, notice);
  }

  /** Forgets what may be told of again. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [key, at] of this.#told) if (at + EVERY_MS <= now) this.#told.delete(key);
  }

  /** Those that are remembered. */
  get size(): number {
    return this.#told.size;
  }
}
