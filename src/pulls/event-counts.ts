/** How long the count of an Event that is gone is remembered: the kubelet makes it again with the accumulated count (Events live 1 h). */
const REMEMBER_MS = 2 * 3_600_000;

/** What of an Event matters for counting. */
export interface Counted {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
}

interface Baseline {
  readonly count: number;
  /** When it was deleted; absent while it is there. */
  readonly goneAt?: number;
}

/**
 * Turns the counts that Events carry into how many occurrences are new. Counts jump, since the kubelet's spam filter drops writes but
 * not occurrences; they go back when the kubelet restarts; an Event that expired comes again with all that it had. Keyed by name and
 * not by uid, because of the latter.
 */
export class EventCounts {
  readonly #baselines = new Map<string, Baseline>();

  /** Occurrences that have not been counted yet. Changes nothing: `settle` does. */
  fresh({ namespace, name, count }: Counted): number {
    const before = this.#baselines.get(keyOf(namespace, name));
    if (before === undefined) return 1;
    if (count < before.count) return count;
    return count - before.count;
  }

  isKnown({ namespace, name }: Pick<Counted, 'namespace' | 'name'>): boolean {
    return this.#baselines.has(keyOf(namespace, name));
  }

  /** Everything up to this count has been dealt with. */
  settle({ namespace, name, count }: Counted): void {
    this.#baselines.set(keyOf(namespace, name), { count });
  }

  /** The Event is gone. @param now milliseconds, monotonic */
  gone({ namespace, name }: Pick<Counted, 'namespace' | 'name'>, now: number): void {
    const key = keyOf(namespace, name);
    const before = this.#baselines.get(key);
    if (before === undefined) return;
    this.#baselines.delete(key);
    this.#baselines.set(key, { count: before.count, goneAt: now });
  }

  /** Forgets what has been gone for long. */
  sweep(now: number): void {
    for (const [key, { goneAt }] of this.#baselines) {
      if (goneAt !== undefined && goneAt + REMEMBER_MS <= now) this.#baselines.delete(key);
    }
  }

  get size(): number {
    return this.#baselines.size;
  }
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;
