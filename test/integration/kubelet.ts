import type { ApiClient } from '../../src/kube/client.ts';
import { KubeletPod } from './pulls-kubelet.ts';

/** A pod without a kubelet, and what a kubelet writes of it in the common case; `pulls-kubelet.ts` has the rest. */

interface NewPod {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
}

/** A pod of one container, as the API server admits it: with the `imagePullSecrets` of its ServiceAccount at this moment. */
export const createPod = (api: ApiClient, { namespace, name, image }: NewPod): Promise<KubeletPod> =>
  KubeletPod.create(api, namespace, name, { image });

/** The container's pull fails: an Event, and the pod's status. @param words the runtime's */
export async function failToPull(_: ApiClient, pod: KubeletPod, words: string): Promise<void> {
  await pod.event(`${pod.name}.failed`, { message: `Failed to pull image "${pod.image}": ${words}` });
  await pod.status({ reason: 'ErrImagePull', message: words });
}

/** The container has its image, and runs. */
export async function startContainer(_: ApiClient, pod: KubeletPod): Promise<void> {
  await pod.status('running', 'Running');
}
