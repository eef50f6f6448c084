import type { PullFailure } from '../message/classify.ts';
import { isSameImage } from '../image/image-reference.ts';
import { keyOf, type ObjectKey } from '../object-key.ts';
import { AlikeGroups, type AlikePods } from './alike.ts';
import { type BlockedChange, type BlockedContainer, changeOf } from './blocked.ts';
import { awaitedBy, type ContainerEntry, imagesOf, type PodEntry } from './pod.ts';

interface Cause {
  readonly failure: PullFailure;
  /** Wall-clock milliseconds. */
  readonly at: number;
  /** A container was seen to wait for this image. An Event often comes before the status that it explains. */
  readonly waited: boolean;
}

interface Known {
  readonly pod: PodEntry;
  readonly causes: ReadonlyMap<string, Cause>;
  readonly blocked: readonly BlockedContainer[];
}

/**
 * Which containers wait for their image now, and why. A back-off often does not say why: then the cause that was seen last for this
 * pod and image stands, until the container waits no more. State goes with the pod.
 */
export class WaitingPods {
  readonly #pods = new Map<ObjectKey, Known>();
  readonly #alike = new AlikeGroups();

  /**
   * An Event said why this pod cannot pull this image. An older cause does not displace a younger one.
   * @param at wall-clock milliseconds
   * @returns what of `blocked` has changed, if anything has
   */
  remember(pod: PodEntry, failure: PullFailure, at: number): BlockedChange | undefined {
    const causes = new Map(this.#causesOf(pod));
    for (const image of imagesOf(pod)) {
      const before = causes.get(image);
      if ((before !== undefined && before.at > at) || !isSameImage(image, failure.image)) continue;
      causes.set(image, { failure: named(failure, image), at, waited: before?.waited ?? false });
    }
    return this.#set(pod, causes, at);
  }

  /** The pod is now like this. @param at wall-clock milliseconds @returns what of `blocked` has changed, if anything has */
  update(pod: PodEntry, at: number): BlockedChange | undefined {
    return this.#set(pod, this.#causesOf(pod), at);
  }

  /** The pod is gone, or waits for nothing that is watched. @returns what of `blocked` has changed, if anything has */
  remove(key: ObjectKey): BlockedChange | undefined {
    const before = this.#pods.get(key)?.blocked ?? [];
    this.#pods.delete(key);
    this.#alike.remove(key);
    return changeOf(before, []);
  }

  *blocked(): Iterable<BlockedContainer> {
    for (const { blocked } of this.#pods.values()) yield* blocked;
  }

  /** The pods of `blocked`, those together that are alike. */
  alike(): Iterable<AlikePods> {
    return this.#alike.list();
  }

  /** Pods of which anything is known. */
  get size(): number {
    return this.#pods.size;
  }

  /** Those of a pod of the same name that was here before say nothing. */
  #causesOf(pod: PodEntry): Known['causes'] {
    const known = this.#pods.get(keyOf(pod));
    return known?.pod.uid === pod.uid ? known.causes : new Map<string, Cause>();
  }

  #set(pod: PodEntry, before: Known['causes'], at: number): BlockedChange | undefined {
    const key = keyOf(pod);
    const causes = causesNow(pod, before, at);
    const blocked = pod.containers.flatMap((container) => blockedBy(pod, container, causes) ?? []);
    const change = changeOf(this.#pods.get(key)?.blocked ?? [], blocked);
    if (causes.size === 0) this.#pods.delete(key);
    else this.#pods.set(key, { pod, causes, blocked });
    this.#alike.put(key, blocked);
    return change;
  }
}

/** The failure under the image's name in the pod's spec. */
const named = (failure: PullFailure, image: string): PullFailure =>
  failure.image === image ? failure : { ...failure, image };

/** What a status says goes before what was said earlier; causes go when nothing waits for their image any more. */
function causesNow({ containers }: PodEntry, before: Known['causes'], at: number): Map<string, Cause> {
  const causes = new Map([...before].filter(([, { waited }]) => !waited));
  for (const container of containers) {
    const { pull } = container;
    if (pull.kind !== 'waiting') continue;
    const { image } = awaitedBy(container);
    const old = before.get(image);
    if (pull.failure !== undefined) causes.set(image, { failure: named(pull.failure, image), at, waited: true });
    else if (old !== undefined && !(causes.get(image)?.waited ?? false)) causes.set(image, { ...old, waited: true });
  }
  return causes;
}

function blockedBy(
  pod: PodEntry,
  container: ContainerEntry,
  causes: ReadonlyMap<string, Cause>,
): BlockedContainer | undefined {
  const { image, pullsAlways } = awaitedBy(container);
  const failure = container.pull.kind === 'waiting' ? causes.get(image)?.failure : undefined;
  if (failure?.outcome !== 'rate-limited' && failure?.outcome !== 'credentials-refused') return undefined;
  const blocked = image === container.image ? container : { ...container, image, pullsAlways };
  return { pod, container: blocked, failure };
}
