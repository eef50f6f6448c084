import type { EventEntry } from './event.ts';
import type { EventCounts } from './event-counts.ts';
import { keyOf, type ObjectKey } from '../object-key.ts';

/** What happened before this process led, and was for another to count: by Event, as it was then. */
export type History = Map<ObjectKey, EventEntry>;

/** For so long after taking over, a watch may bring late what the leader before has counted. */
const LATE_MS = 5_000;

/**
 * Puts occurrences of an Event with the history, so that they restore conditions and are not counted.
 * @returns whether there was anything to put there
 */
export function setAside(entry: EventEntry, count: number, counts: EventCounts, history: History): boolean {
  if (count > 0 && entry.failure !== undefined) {
    const key = keyOf(entry);
    const past = history.get(key);
    const added = past === undefined ? { count, first: entry.last } : { count: past.count + count, first: past.first };
    history.set(key, { ...entry, ...added });
    counts.settle(entry);
    return true;
  }
  return false;
}

/** Wall-clock milliseconds. */
export interface Tenure {
  /** When this process began to lead. */
  readonly ledSince: number;
  /** When it had seen what was there. */
  readonly lookedSince: number;
}

/**
 * Whether something that is seen now happened before this process led: counted by another, or by the process before this one. Times of
 * Events have whole seconds, so what happened in the very second counts as before. A node's clock may be wrong for ever, so times decide
 * only for a moment. Pure.
 * @param last when the Event says that it happened @param now wall-clock milliseconds
 */
export const isLate = (last: number, { ledSince, lookedSince }: Tenure, now: number): boolean =>
  now < Math.max(ledSince, lookedSince) + LATE_MS && last <= ledSince;
