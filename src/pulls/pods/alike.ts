import type { ObjectKey } from '../object-key.ts';
import type { BlockedContainer } from './blocked.ts';

/** Pods of one namespace whose blocked containers differ in nothing that decides as whom they pull, and what would help: those of a workload. */
export interface AlikePods {
  readonly pods: ReadonlySet<ObjectKey>;
  /** The blocked containers of one of them. */
  readonly containers: readonly BlockedContainer[];
}

interface Group extends AlikePods {
  readonly profile: string;
  readonly pods: Set<ObjectKey>;
}

/** Keeps blocked pods that are alike together, so that what is true of all of them is found out once. */
export class AlikeGroups {
  readonly #byProfile = new Map<string, Group>();
  readonly #byPod = new Map<ObjectKey, Group>();

  /** The pod's blocked containers are now these. */
  put(key: ObjectKey, containers: readonly BlockedContainer[]): void {
    const profile = profileOf(containers);
    if (this.#byPod.get(key)?.profile === profile) return;
    this.remove(key);
    if (containers.length === 0) return;
    const group = this.#byProfile.get(profile) ?? { profile, containers, pods: new Set() };
    this.#byProfile.set(profile, group);
    this.#byPod.set(key, group);
    group.pods.add(key);
  }

  remove(key: ObjectKey): void {
    const group = this.#byPod.get(key);
    this.#byPod.delete(key);
    if (group?.pods.delete(key) === true && group.pods.size === 0) this.#byProfile.delete(group.profile);
  }

  /** In any order. */
  list(): Iterable<AlikePods> {
    return this.#byProfile.values();
  }
}

function profileOf(containers: readonly BlockedContainer[]): string {
  const [first] = containers;
  if (first === undefined) return '';
  const { namespace, serviceAccount, pullSecrets } = first.pod;
  const ofContainers = containers.map(({ container: { name, image, pullsAlways }, failure }) => [
    [name, image, pullsAlways],
    [failure.outcome, failure.kind, failure.registry, failure.mirror, failure.mayNotExist],
  ]);
  return JSON.stringify([namespace, serviceAccount, pullSecrets, ofContainers]);
}
