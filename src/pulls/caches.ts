import type { KubeObject } from '../api/objects.ts';
import { Reflector, type ReflectorOptions } from '../kube/reflector.ts';
import type { Resource } from '../kube/resources.ts';
import type { Stored } from '../kube/store.ts';
import { type EventEntry, type PodEvent, slimEvent } from './events/event.ts';
import { type Pod, type PodEntry, slimPod } from './pods/pod.ts';

export type ReflectorBase = Omit<ReflectorOptions<KubeObject, Stored>, 'resource' | 'selector' | 'slim' | 'name'> & {
  readonly observerOf: (name: string) => ReflectorOptions<KubeObject, Stored>['observer'];
};

export const PODS: Resource<Pod> = { group: '', version: 'v1', plural: 'pods', namespaced: true };
const POD_EVENTS: Resource<PodEvent> = { group: '', version: 'v1', plural: 'events', namespaced: true };

/**
 * An Event or a pod may be a megabyte and more, and anybody with the `edit` role can make hundreds: a start holds no more of them at once,
 * and fewer where they are long. They are small otherwise, and pages cost a request each.
 */
const EVENTS_PAGE = 25;
const PODS_PAGE = 100;

/** The caches of flow B: pods that wait to run, so that a cluster of running pods costs nothing, and Warning Events about pods. */
export class PullCaches {
  readonly pods: Reflector<Pod, PodEntry>;
  readonly events: Reflector<PodEvent, EventEntry>;

  constructor({ observerOf, ...base }: ReflectorBase) {
    const settings = (name: string) => {
      const observer = observerOf(name);
      return { ...base, name, ...(observer !== undefined && { observer }) };
    };
    this.pods = new Reflector({
      ...settings('pods'),
      resource: PODS,
      selector: { fieldSelector: 'status.phase=Pending' },
      slim: slimPod,
      pageSize: PODS_PAGE,
    });
    this.events = new Reflector({
      ...settings('events'),
      resource: POD_EVENTS,
      selector: { fieldSelector: 'involvedObject.kind=Pod,type=Warning' },
      slim: slimEvent,
      pageSize: EVENTS_PAGE,
    });
  }

  get all() {
    return [this.pods, this.events] as const;
  }

  start(): void {
    for (const reflector of this.all) reflector.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((reflector) => reflector.stop()));
  }
}
