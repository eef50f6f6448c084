/** A limit of one client at one moment. */
export interface Quota {
  readonly limit: number;
  /** Pulls that are left, never below 0. */
  readonly remaining: number;
  /** Milliseconds since the epoch at which one more pull is free, if none is left now. */
  readonly freeAt: number;
}

/** Counts pulls by source in a sliding window: a pull costs nothing any more when it is one window old. */
export class PullWindow {
  readonly #length: number;
  readonly #pulls = new Map<string, number[]>();

  /** @param length milliseconds */
  constructor(length: number) {
    this.#length = length;
  }

  get seconds(): number {
    return this.#length / 1000;
  }

  /** @param now milliseconds since the epoch; never goes back */
  count(source: string, now: number): void {
    this.#pulls.set(source, [...this.#within(source, now), now]);
  }

  quota(source: string, limit: number, now: number): Quota {
    const pulls = this.#within(source, now);
    const lastInTheWay = pulls[pulls.length - limit];
    const freeAt = limit === 0 ? now + this.#length : (lastInTheWay ?? now - this.#length) + this.#length;
    return { limit, remaining: Math.max(0, limit - pulls.length), freeAt };
  }

  /** As if nobody had ever pulled. */
  forget(): void {
    this.#pulls.clear();
  }

  #within(source: string, now: number): number[] {
    return (this.#pulls.get(source) ?? []).filter((pulledAt) => now - pulledAt < this.#length);
  }
}
