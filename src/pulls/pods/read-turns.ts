import type { Clock } from '../../runtime/clock.ts';

/** Reads of single pods at most: anybody with the `edit` role can write Events that make us ask. */
const PER_SECOND = 5;
const BURST = 20;
/** So many may wait in one namespace; about 150 bytes each. */
const MAX_WAITING = 1_000;
/** Who found the line of its namespace full tries again after so long. */
const RETRY_MS = 60_000;

/** Somebody who wants to read a pod. */
export interface Asker {
  /** Unique among all who ask. */
  readonly id: string;
  readonly namespace: string;
  /** Told when its turn has come: it is to ask again, or to leave. */
  readonly call: () => void;
}

/**
 * Decides who may read next, at a bounded rate. Each namespace has a line of its own, and the lines are served in turns: however much
 * is asked for in one namespace, another waits for no more than one read in each. Who asks no more gives its turn to the next.
 */
export class ReadTurns {
  readonly #clock: Clock;
  /** By namespace, in the order in which they are served; none is empty. */
  readonly #lines = new Map<string, Map<string, Asker>>();
  /** Whose turn has come; their reads are taken from `#left` already. */
  readonly #called = new Set<string>();
  #left = BURST;
  #filledAt: number;
  #cancelCall: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** @returns 0 where it is the asker's turn; else it is called, and is to ask again after so many milliseconds if it was not */
  ask(asker: Asker): number {
    if (this.#called.delete(asker.id)) return 0;
    this.#fill();
    if (this.#lines.size === 0 && this.#left >= 1) {
      this.#left--;
      return 0;
    }
    this.#join(asker);
    this.#callLater();
    return RETRY_MS;
  }

  /** The asker wants nothing any more; no effect where it did not wait. */
  leave({ id, namespace }: Pick<Asker, 'id' | 'namespace'>): void {
    if (this.#called.delete(id)) {
      this.#left++;
      this.#callNext();
      return;
    }
    const line = this.#lines.get(namespace);
    if (line?.delete(id) === true && line.size === 0) this.#lines.delete(namespace);
  }

  /** Calls nobody any more. */
  stop(): void {
    this.#lines.clear();
    this.#cancelCall?.();
  }

  get waiting(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.size, 0);
  }

  #join(asker: Asker): void {
    const line = this.#lines.get(asker.namespace) ?? new Map<string, Asker>();
    if (line.size >= MAX_WAITING) return;
    if (!line.has(asker.id)) line.set(asker.id, asker);
    this.#lines.set(asker.namespace, line);
  }

  #callLater(): void {
    if (this.#cancelCall !== undefined || this.#lines.size === 0) return;
    this.#cancelCall = this.#clock.setTimer(Math.ceil(((1 - this.#left) * 1000) / PER_SECOND), () => {
      this.#cancelCall = undefined;
      this.#fill();
      this.#callNext();
    });
  }

  /** The first of the first line, which then is the last. */
  #callNext(): void {
    for (const [namespace, line] of this.#lines) {
      if (this.#left < 1) break;
      this.#lines.delete(namespace);
      const [asker] = line.values();
      if (asker === undefined) continue;
      line.delete(asker.id);
      if (line.size > 0) this.#lines.set(namespace, line);
      this.#left--;
      this.#called.add(asker.id);
      asker.call();
    }
    this.#callLater();
  }

  #fill(): void {
    const now = this.#clock.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#filledAt) / 1000) * PER_SECOND);
    this.#filledAt = now;
  }
}
