import { isApiError } from '../../kube/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Pod, type PodEntry, slimPod } from './pod.ts';

/** Reads of single pods at most: anybody with the `edit` role can write Events that make us ask. */
const PER_SECOND = 5;
const BURST = 20;

export type Lookup =
  | { readonly kind: 'found'; readonly pod: PodEntry }
  | { readonly kind: 'absent' }
  | { readonly kind: 'later'; readonly ms: number };

/** Asks the API server. @throws ApiError */
export type ReadPod = (ref: { readonly namespace: string; readonly name: string }) => Promise<Pod>;

/** Reads pods that are not in the cache, at a bounded rate. */
export class PodLookup {
  readonly #read: ReadPod;
  readonly #clock: Clock;
  #tokens = BURST;
  #filledAt: number;
  /** The last of the times that were given to those who came too early. */
  #promised = 0;

  constructor(read: ReadPod, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** @returns `later` with the time to wait where too many were asked for. @throws ApiError when the read fails otherwise */
  async find(namespace: string, name: string): Promise<Lookup> {
    const ms = this.#take();
    if (ms > 0) return { kind: 'later', ms };
    try {
      return { kind: 'found', pod: slimPod(await this.#read({ namespace, name })) };
    } catch (error) {
      if (isApiError(error, 'not-found', 'bad-request')) return { kind: 'absent' };
      throw error;
    }
  }

  /** Who comes too early gets a time of its own: if all came again at the next token, they would do nothing but ask. */
  #take(): number {
    const now = this.#clock.now();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#filledAt) / 1000) * PER_SECOND);
    this.#filledAt = now;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return 0;
    }
    this.#promised = Math.max(this.#promised, now) + 1000 / PER_SECOND;
    return Math.ceil(this.#promised - now);
  }
}
