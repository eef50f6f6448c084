import type { Clock } from '../../runtime/clock.ts';
import { keyOf, type ObjectKey } from '../object-key.ts';
import type { PodEntry } from './pod.ts';

/** A pod that is no longer Pending is in no watch: it is read again, ever more seldom, for as long as it waits. */
const FIRST_REREAD_MS = 2_000;
const LAST_REREAD_MS = 300_000;

interface Followed {
  readonly pod: PodEntry;
  readonly rereadMs: number;
  /** Monotonic. */
  readonly due: number;
}

/** Pods that may wait for an image although they are not Pending any more: restarted and ephemeral containers. */
export class FollowedPods {
  readonly #clock: Clock;
  readonly #pods = new Map<ObjectKey, Followed>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: ObjectKey): PodEntry | undefined {
    return this.#pods.get(key)?.pod;
  }

  /** Milliseconds until it has to be read again; 0 where that is now. */
  dueInMs(key: ObjectKey): number {
    return Math.max(0, (this.#pods.get(key)?.due ?? 0) - this.#clock.now());
  }

  /** An Event told of this pod, and it was read. Its status may lag behind the Event, so the next look decides whether it waits. */
  begin(pod: PodEntry): void {
    this.#set(pod, FIRST_REREAD_MS);
  }

  /** It was read again and still waits. @returns milliseconds until the next time */
  again(pod: PodEntry): number {
    const before = this.#pods.get(keyOf(pod))?.rereadMs ?? FIRST_REREAD_MS / 2;
    return this.#set(pod, Math.min(before * 2, LAST_REREAD_MS));
  }

  drop(key: ObjectKey): void {
    this.#pods.delete(key);
  }

  get size(): number {
    return this.#pods.size;
  }

  #set(pod: PodEntry, rereadMs: number): number {
    this.#pods.set(keyOf(pod), { pod, rereadMs, due: this.#clock.now() + rereadMs });
    return rereadMs;
  }
}
