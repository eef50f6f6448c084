import { after, done, type Next } from '../../runtime/controller.ts';
import { type FollowedPods } from './followed-pods.ts';
import { type ObjectKey, partsOf } from '../object-key.ts';
import { isWaitingForImage, type PodEntry } from './pod.ts';
import type { PodReader } from './pod-lookup.ts';
import type { BlockedChange } from './blocked.ts';
import type { WaitingPods } from './waiting.ts';

export interface PodDeps {
  readonly pending: { get(name: string, namespace: string): PodEntry | undefined };
  readonly followed: FollowedPods;
  readonly lookup: PodReader;
  readonly waiting: WaitingPods;
  readonly changed: (change: BlockedChange) => void;
  /** Wall-clock milliseconds. */
  readonly wallClock: () => number;
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
  if (followed === undefined) return remove(key, deps);
  const dueInMs = deps.followed.dueInMs(key);
  if (dueInMs <= 0) return reread(key, followed, deps);
  update(followed, deps);
  return after(dueInMs);
}

async function reread(key: ObjectKey, { namespace, name, uid }: PodEntry, deps: PodDeps): Promise<Next> {
  const looked = await deps.lookup.find(namespace, name);
  if (looked.kind === 'later') return after(looked.ms);
  if (looked.kind === 'absent' || looked.pod.uid !== uid || !isWaitingForImage(looked.pod)) {
    deps.followed.drop(key);
    return remove(key, deps);
  }
  update(looked.pod, deps);
  return after(deps.followed.again(looked.pod));
}

function update(pod: PodEntry, { waiting, changed, wallClock }: PodDeps): Next {
  const change = waiting.update(pod, wallClock());
  if (change !== undefined) changed(change);
  return done;
}

function remove(key: ObjectKey, { waiting, changed }: PodDeps): Next {
  const change = waiting.remove(key);
  if (change !== undefined) changed(change);
  return done;
}
