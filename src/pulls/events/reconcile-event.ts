import { after, done, type Next } from '../../runtime/controller.ts';
import type { PullFailure } from '../message/classify.ts';
import type { EventEntry } from './event.ts';
import type { EventCounts } from './event-counts.ts';
import type { FollowedPods } from '../pods/followed-pods.ts';
import { isSameImage } from '../image/image-reference.ts';
import { type ObjectKey, partsOf } from '../object-key.ts';
import { imagesOf, isUidOf, type PodEntry } from '../pods/pod.ts';
import type { Lookup, PodReader } from '../pods/pod-lookup.ts';

/** Failures of a pod's pull that nobody has counted yet. */
export interface Occurrences {
  readonly failure: PullFailure;
  readonly pod: PodEntry;
  readonly count: number;
  /** When the Event says that it last happened; wall-clock milliseconds of a node, in whole seconds. */
  readonly last: number;
  /** The runtime's words, redacted and cut. */
  readonly message?: string | undefined;
  /** Wall-clock milliseconds for what happened before the start: it restores conditions, and is not counted. */
  readonly before?: number;
}

export interface EventDeps {
  readonly events: { get(name: string, namespace: string): EventEntry | undefined };
  readonly pending: { get(name: string, namespace: string): PodEntry | undefined };
  readonly followed: FollowedPods;
  readonly lookup: PodReader;
  readonly counts: EventCounts;
  /** Events as they were at the start, for as long as nobody has looked at them. */
  readonly history: Map<ObjectKey, EventEntry>;
  readonly take: (occurrences: Occurrences) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * Counts what is new of one Event. Level-based: it looks at the Event as it is now, so that versions may be skipped.
 * @throws ApiError when the pod has to be read and cannot; nothing is lost then, the next run counts it
 */
export async function reconcileEvent(key: ObjectKey, deps: EventDeps): Promise<Next> {
  const { events, counts, history } = deps;
  const past = history.get(key);
  if (past !== undefined) {
    const waitMs = await restore(past, deps);
    if (waitMs > 0) return after(waitMs);
    history.delete(key);
  }
  const { namespace, name } = partsOf(key);
  const entry = events.get(name, namespace);
  if (entry === undefined) {
    counts.gone({ namespace, name }, deps.now());
    return done;
  }
  const waitMs = await countFresh(entry, deps);
  return waitMs > 0 ? after(waitMs) : done;
}

/** @returns milliseconds after which to try again; 0 when it is done */
async function countFresh(entry: EventEntry, deps: EventDeps): Promise<number> {
  const { failure, message } = entry;
  if (failure !== undefined && deps.counts.fresh(entry) > 0) {
    const found = await findPod(entry, failure, deps);
    if (found.kind === 'later') return found.ms;
    // Asked again: while the pod was read, a new leader may have set these aside.
    const count = deps.counts.fresh(entry);
    if (found.kind === 'found' && count > 0) deps.take({ failure, message, pod: found.pod, count, last: entry.last });
  }
  deps.counts.settle(entry);
  return 0;
}

/**
 * What an Event told before the start. Its last occurrence is as old as it says, the others may be as old as the first; those of an
 * aggregated one may have been about anything.
 * @returns milliseconds after which to try again; 0 when it is done
 */
async function restore(entry: EventEntry, deps: EventDeps): Promise<number> {
  const { failure, first, last, count, isAggregated } = entry;
  if (failure === undefined) return 0;
  const found = await findPod(entry, failure, deps);
  if (found.kind === 'later') return found.ms;
  if (found.kind === 'absent') return 0;
  const { pod } = found;
  if (count > 1 && !isAggregated) deps.take({ failure, pod, count: count - 1, last, before: Math.min(first, last) });
  deps.take({ failure, pod, count: 1, last, before: last });
  return 0;
}

/** Anybody with the `edit` role can write Events: one counts only if the pod it names exists with that uid and has that image. */
async function findPod(
  { namespace, pod: { name, uid } }: EventEntry,
  { image }: PullFailure,
  deps: EventDeps,
): Promise<Lookup> {
  if (name === '' || uid === '') return { kind: 'absent' };
  const isMeant = (pod: PodEntry): boolean =>
    isUidOf(uid, pod) && imagesOf(pod).some((needed) => isSameImage(needed, image));
  const known = deps.pending.get(name, namespace) ?? deps.followed.get(`${namespace}/${name}`);
  if (known !== undefined && isMeant(known)) return { kind: 'found', pod: known };
  const looked = await deps.lookup.find(namespace, name);
  if (looked.kind !== 'found') return looked;
  if (!isMeant(looked.pod)) return { kind: 'absent' };
  deps.followed.begin(looked.pod);
  return looked;
}
