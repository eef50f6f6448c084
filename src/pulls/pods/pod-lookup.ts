import { isApiError } from '../../kube/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Pod, type PodEntry, slimPod } from './pod.ts';
import { isPodName } from './pod-name.ts';
import { type Asker, ReadTurns } from './read-turns.ts';

export type Lookup =
  | { readonly kind: 'found'; readonly pod: PodEntry }
  | { readonly kind: 'absent' }
  /** Others are to be read before: the asker will be called, and is to ask again after `ms` milliseconds if it was not. */
  | { readonly kind: 'later'; readonly ms: number };

export interface PodReader {
  /** @throws ApiError when the read fails otherwise than for absence */
  find(namespace: string, name: string): Promise<Lookup>;
}

/** Asks the API server. @throws ApiError */
export type ReadPod = (ref: { readonly namespace: string; readonly name: string }) => Promise<Pod>;

/** Reads pods that are not in the cache, at a bounded rate, and in turns over the namespaces. */
export class PodLookup {
  readonly #read: ReadPod;
  readonly #turns: ReadTurns;

  constructor(read: ReadPod, clock: Clock) {
    this.#read = read;
    this.#turns = new ReadTurns(clock);
  }

  /**
   * Gives a run something to read with. A run that comes to its end without being told `later` keeps no place in any line: what it
   * waited for may be in the cache by now, or of no interest any more.
   */
  async during<T>(asker: Asker, run: (reader: PodReader) => Promise<T>): Promise<T> {
    const turn = { isAwaited: false };
    const find = async (namespace: string, name: string): Promise<Lookup> => {
      if (!isPodName(name)) return { kind: 'absent' };
      const ms = this.#turns.ask(asker);
      turn.isAwaited = ms > 0;
      return turn.isAwaited ? { kind: 'later', ms } : this.#find(namespace, name);
    };
    try {
      return await run({ find });
    } finally {
      if (!turn.isAwaited) this.#turns.leave(asker);
    }
  }

  /** Calls nobody any more. */
  stop(): void {
    this.#turns.stop();
  }

  async #find(namespace: string, name: string): Promise<Lookup> {
    try {
      return { kind: 'found', pod: slimPod(await this.#read({ namespace, name })) };
    } catch (error) {
      if (isApiError(error, 'not-found', 'bad-request')) return { kind: 'absent' };
      throw error;
    }
  }
}
