import { after, done, type Next } from '../runtime/controller.ts';
import { keyOf, type ObjectKey, partsOf } from './object-key.ts';
import { isWaitingForImage, type PodEntry } from './pod.ts';
import type { PodLookup } from './pod-lookup.ts';
import type { WaitingPods } from './waiting.ts';

/** A pod that is no longer Pending is in no watch: it is read again, ever more seldom, for as long as it waits. */
const FIRST_REREAD_MS = 10_000;
const LAST_REREAD_MS = 300_000;

interface Followed {
  readonly pod: PodEntry;
  readonly rereadMs: number;
}

/** Pods that wait for an image although they are not Pending any more: restarted and ephemeral containers. */
export class FollowedPods {
  readonly #pods = new Map<ObjectKey, Followed>();

  get(key: ObjectKey): PodEntry | undefined {
    return this.#pods.get(key)?.pod;
  }

  /** @returns when it has to be read again, in milliseconds */
  follow(pod: PodEntry): number {
    const key = keyOf(pod);
    const before = this.#pods.get(key);
    const rereadMs = before?.pod.uid === pod.uid ? Math.min(before.rereadMs * 2, LAST_REREAD_MS) : FIRST_REREAD_MS;
    this.#pods.set(key, { pod, rereadMs });
    return rereadMs;
  }

  drop(key: ObjectKey): void {
    this.#pods.delete(key);
  }
}

export interface PodDeps {
  readonly pending: { get(name: string, namespace: string): PodEntry | undefined };
  readonly followed: FollowedPods;
  readonly lookup: PodLookup;
  readonly waiting: WaitingPods;
  /** Something about limited containers of this namespace has changed. */
  readonly changed: (namespace: string) => void;
}

/**
 * Brings what is known of one pod's waiting containers up to date.
 * @throws ApiError when the pod has to be read and cannot
 */
export async function reconcilePod(key: ObjectKey, deps: PodDeps): Promise<Next> {
  const { namespace, name } = partsOf(key);
  const pending = deps.pending.get(name, namespace);
  if (pending !== undefined) {
    deps.followed.drop(key);
    return update(pending, deps);
  }
  const followed = deps.followed.get(key);
  return followed === undefined ? remove(key, deps) : reread(key, followed, deps);
}

async function reread(key: ObjectKey, { namespace, name, uid }: PodEntry, deps: PodDeps): Promise<Next> {
  const looked = await deps.lookup.find(namespace, name);
  if (looked.kind === 'later') return after(looked.ms);
  if (looked.kind === 'absent' || looked.pod.uid !== uid || !isWaitingForImage(looked.pod)) {
    deps.followed.drop(key);
    return remove(key, deps);
  }
  const rereadMs = deps.followed.follow(looked.pod);
  update(looked.pod, deps);
  return after(rereadMs);
}

function update(pod: PodEntry, { waiting, changed }: PodDeps): Next {
  if (waiting.update(pod)) changed(pod.namespace);
  return done;
}

function remove(key: ObjectKey, { waiting, changed }: PodDeps): Next {
  const { namespace, name } = partsOf(key);
  if (waiting.remove(namespace, name)) changed(namespace);
  return done;
}
