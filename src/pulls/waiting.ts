import type { PullFailure } from './classify.ts';
import type { ContainerEntry, PodEntry } from './pod.ts';

/** A container that waits because a registry limits its pull. */
export interface LimitedContainer {
  readonly pod: PodEntry;
  readonly container: ContainerEntry;
  readonly failure: PullFailure;
}

/**
 * Which containers wait for their image now, and why. A back-off often does not say why: then the cause that was seen last for this
 * pod and image stands, until the container waits no more. State goes with the pod.
 */
export class WaitingPods {
  readonly #causes = new Map<string, Map<string, PullFailure>>();
  readonly #limited = new Map<string, readonly LimitedContainer[]>();
  readonly #uids = new Map<string, string>();

  /** An Event, or an earlier status, said why this pod cannot pull this image. Takes effect at the next `update`. */
  remember(podUid: string, failure: PullFailure): void {
    const causes = this.#causes.get(podUid) ?? new Map<string, PullFailure>();
    causes.set(failure.image, failure);
    this.#causes.set(podUid, causes);
  }

  /** The pod is now like this. @returns whether anything of what `limited` tells has changed */
  update(pod: PodEntry): boolean {
    const key = keyOf(pod.namespace, pod.name);
    const before = this.#limited.get(key) ?? [];
    const uid = this.#uids.get(key);
    if (uid !== undefined && uid !== pod.uid) this.#causes.delete(uid);
    const limited = pod.containers.flatMap((container) => this.#limitedContainer(pod, container) ?? []);
    this.#forgetCauses(pod);
    if (limited.length > 0) this.#limited.set(key, limited);
    else this.#limited.delete(key);
    if (limited.length > 0 || this.#causes.has(pod.uid)) this.#uids.set(key, pod.uid);
    else this.#uids.delete(key);
    return before.length > 0 || limited.length > 0;
  }

  /** The pod is gone, or waits for nothing that is watched. @returns whether a limited container went */
  remove(namespace: string, name: string): boolean {
    const key = keyOf(namespace, name);
    this.#causes.delete(this.#uids.get(key) ?? '');
    this.#uids.delete(key);
    return this.#limited.delete(key);
  }

  *limited(): Iterable<LimitedContainer> {
    for (const containers of this.#limited.values()) yield* containers;
  }

  #limitedContainer(pod: PodEntry, container: ContainerEntry): LimitedContainer | undefined {
    if (container.pull.kind !== 'waiting') return undefined;
    const failure = container.pull.failure ?? this.#causes.get(pod.uid)?.get(container.image);
    if (failure !== undefined) this.remember(pod.uid, { ...failure, image: container.image });
    return failure?.outcome === 'rate-limited' ? { pod, container, failure } : undefined;
  }

  /** Causes of images that nothing waits for any more. */
  #forgetCauses(pod: PodEntry): void {
    const causes = this.#causes.get(pod.uid);
    if (causes === undefined) return;
    const waited = new Set(pod.containers.filter(({ pull }) => pull.kind === 'waiting').map(({ image }) => image));
    for (const image of causes.keys()) if (!waited.has(image)) causes.delete(image);
    if (causes.size === 0) this.#causes.delete(pod.uid);
  }
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;
