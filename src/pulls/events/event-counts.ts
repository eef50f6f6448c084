import { keyOf, type ObjectKey } from '../object-key.ts';

/** How long the count of an Event that is gone is remembered: the kubelet makes it again with the accumulated count (Events live 1 h). */
const REMEMBER_MS = 2 * 3_600_000;
/** Of Events that are gone, so many counts are kept at most; about 150 bytes each. Without one, an Event that comes again counts 1. */
const MAX_GONE = 50_000;

/** What of an Event matters for counting. */
export interface Counted {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
}

interface Gone {
  readonly count: number;
  readonly at: number;
}

/**
 * Turns the counts that Events carry into how many occurrences are new. Counts jump, since the kubelet's spam filter drops writes but
 * not occurrences; they go back when the kubelet restarts; an Event that expired comes again with all that it had. Keyed by name and
 * not by uid, because of the latter.
 */
export class EventCounts {
  readonly #present = new Map<ObjectKey, number>();
  /** In the order in which they went. */
  readonly #gone = new Map<ObjectKey, Gone>();

  /** Occurrences that have not been counted yet. Changes nothing: `settle` does. */
  fresh({ count, ...event }: Counted): number {
    const key = keyOf(event);
    const before = this.#present.get(key) ?? this.#gone.get(key)?.count;
    if (before === undefined) return 1;
    return count < before ? count : count - before;
  }

  /** Everything up to this count has been dealt with. */
  settle({ count, ...event }: Counted): void {
    const key = keyOf(event);
    this.#gone.delete(key);
    this.#present.set(key, count);
  }

  /** The Event is gone. @param now milliseconds, monotonic */
  gone(event: Pick<Counted, 'namespace' | 'name'>, now: number): void {
    const key = keyOf(event);
    const count = this.#present.get(key);
    if (count === undefined) return;
    this.#present.delete(key);
    this.#gone.set(key, { count, at: now });
    this.#forgetGone((_, kept) => kept > MAX_GONE);
  }

  /** Forgets what has been gone for long. @param now milliseconds, monotonic */
  sweep(now: number): void {
    this.#forgetGone(({ at }) => at + REMEMBER_MS <= now);
  }

  /** Events that are not known to be gone. */
  present(): Iterable<ObjectKey> {
    return this.#present.keys();
  }

  get size(): number {
    return this.#present.size + this.#gone.size;
  }

  /** From the oldest on, for as long as `isEnough` says so. */
  #forgetGone(isEnough: (oldest: Gone, kept: number) => boolean): void {
    for (const [key, oldest] of this.#gone) {
      if (!isEnough(oldest, this.#gone.size)) return;
      this.#gone.delete(key);
    }
  }
}
