import type { ApiClient } from '../kube/client.ts';
import { isApiError } from '../kube/errors.ts';
import type { Resource } from '../kube/resources.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Pod, type PodEntry, slimPod } from './pod.ts';

const PODS: Resource<Pod> = { group: '', version: 'v1', plural: 'pods', namespaced: true };

/** Reads of single pods at most: anybody with the `edit` role can write Events that make us ask. */
const PER_SECOND = 5;
const BURST = 20;

export type Lookup =
  | { readonly kind: 'found'; readonly pod: PodEntry }
  | { readonly kind: 'absent' }
  | { readonly kind: 'later'; readonly ms: number };

/** Reads pods that are not in the cache, at a bounded rate. */
export class PodLookup {
  readonly #client: ApiClient;
  readonly #clock: Clock;
  #tokens = BURST;
  #filledAt: number;

  constructor(client: ApiClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** @returns `later` with the time to wait where too many were asked for. @throws ApiError when the read fails otherwise */
  async find(namespace: string, name: string): Promise<Lookup> {
    const ms = this.#take();
    if (ms > 0) return { kind: 'later', ms };
    try {
      return { kind: 'found', pod: slimPod(await this.#client.get(PODS, { namespace, name })) };
    } catch (error) {
      if (isApiError(error, 'not-found', 'bad-request')) return { kind: 'absent' };
      throw error;
    }
  }

  #take(): number {
    const now = this.#clock.now();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#filledAt) / 1000) * PER_SECOND);
    this.#filledAt = now;
    if (this.#tokens < 1) return ((1 - this.#tokens) / PER_SECOND) * 1000;
    this.#tokens--;
    return 0;
  }
}
