import { after, done, type Next } from '../runtime/controller.ts';
import type { PullFailure } from './classify.ts';
import type { EventEntry } from './event.ts';
import type { EventCounts } from './event-counts.ts';
import { isSameImage } from './image-reference.ts';
import { type ObjectKey, partsOf } from './object-key.ts';
import { isWaitingForImage, type PodEntry } from './pod.ts';
import type { Lookup, PodLookup } from './pod-lookup.ts';
import type { FollowedPods } from './reconcile-pod.ts';

/** Failures of a pod's pull that nobody has counted yet. */
export interface Occurrences {
  readonly failure: PullFailure;
  readonly pod: PodEntry;
  readonly count: number;
  /** Wall-clock milliseconds for what happened before the start: it restores conditions, and is not counted. */
  readonly before?: number;
}

export interface EventDeps {
  readonly events: { get(name: string, namespace: string): EventEntry | undefined };
  readonly pending: { get(name: string, namespace: string): PodEntry | undefined };
  readonly followed: FollowedPods;
  readonly lookup: PodLookup;
  readonly counts: EventCounts;
  /** Events that were there at the start and have not been looked at. */
  readonly history: Set<ObjectKey>;
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
  const { namespace, name } = partsOf(key);
  const entry = events.get(name, namespace);
  if (entry === undefined) counts.gone({ namespace, name }, deps.now());
  else if (entry.failure === undefined) counts.settle(entry);
  else {
    const waitMs = await countFailure(key, entry, entry.failure, deps);
    if (waitMs > 0) return after(waitMs);
  }
  history.delete(key);
  return done;
}

/** @returns milliseconds after which to try again; 0 when it is done */
async function countFailure(key: ObjectKey, entry: EventEntry, failure: PullFailure, deps: EventDeps): Promise<number> {
  const isHistory = deps.history.has(key);
  const count = isHistory ? recentCount(entry) : deps.counts.fresh(entry);
  if (count === 0) return 0;
  const found = await findPod(entry, failure, deps);
  if (found.kind === 'later') return found.ms;
  deps.counts.settle(entry);
  if (found.kind === 'found') deps.take({ failure, pod: found.pod, count, ...(isHistory && { before: entry.last }) });
  return 0;
}

/** Anybody with the `edit` role can write Events: one counts only if the pod it names exists with that uid and has that image. */
async function findPod(
  { namespace, pod: { name, uid } }: EventEntry,
  { image }: PullFailure,
  deps: EventDeps,
): Promise<Lookup> {
  const isMeant = (pod: PodEntry): boolean =>
    pod.uid === uid && pod.containers.some((container) => isSameImage(container.image, image));
  const known = deps.pending.get(name, namespace) ?? deps.followed.get(`${namespace}/${name}`);
  if (known !== undefined && isMeant(known)) return { kind: 'found', pod: known };
  if (name === '' || uid === '') return { kind: 'absent' };
  const looked = await deps.lookup.find(namespace, name);
  if (looked.kind !== 'found') return looked;
  if (!isMeant(looked.pod)) return { kind: 'absent' };
  if (isWaitingForImage(looked.pod) && deps.followed.get(`${namespace}/${name}`) === undefined)
    deps.followed.follow(looked.pod);
  return looked;
}

/** How much of an old Event's count is surely as recent as its last time: all of it where it began then too. */
const recentCount = ({ count, first, last }: EventEntry): number => (first === last ? count : 1);
