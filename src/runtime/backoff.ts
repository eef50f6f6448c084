export interface BackoffOptions {
  /** Longest delay of the first attempt, in milliseconds. */
  readonly baseMs: number;
  /** No delay is longer than this, in milliseconds. */
  readonly maxMs: number;
}

/** A number from 0 (included) to 1 (excluded), as `Math.random` gives it. */
export type Random = () => number;

/**
 * The delay before a retry: exponential, with full jitter above a floor of half the base, so that many clients
 * spread out and none of them tries again at once.
 * @param attempt failures so far, minus one: 0 for the first retry
 * @returns milliseconds, uniformly between baseMs/2 and min(maxMs, baseMs * 2^attempt)
 */
export function backoffMs(attempt: number, { baseMs, maxMs }: BackoffOptions, random: Random): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** attempt);
  const floor = Math.min(baseMs / 2, ceiling);
  return floor + random() * (ceiling - floor);
}

/** Counts failures in a row and gives the delay before the next attempt. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: Random;
  #attempt = 0;

  constructor(options: BackoffOptions, random: Random = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  /** Delay before the next attempt, in milliseconds. */
  next(): number {
    return backoffMs(this.#attempt++, this.#options, this.#random);
  }

  reset(): void {
    this.#attempt = 0;
  }
}
