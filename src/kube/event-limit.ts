import type { Clock } from '../runtime/clock.ts';

/** client-go's spam filter: an object may have so many Events at once, and one more each time this passes. */
const BURST = 25;
const REFILL_MS = 300_000;
const MAX_OBJECTS = 4_096;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Keeps one object from flooding the cluster with Events. */
export class EventLimit {
  readonly #clock: Clock;
  /** In the order of last use. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether one more Event about the object with this uid may be written; if so, it is counted. */
  allows(uid: string): boolean {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(uid) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
    const allowed = tokens >= 1;
    this.#buckets.delete(uid);
    this.#buckets.set(uid, { tokens: allowed ? tokens - 1 : tokens, at: now });
    this.#forgetOldest();
    return allowed;
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= MAX_OBJECTS) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
