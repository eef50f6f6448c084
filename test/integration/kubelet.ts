import type { KubeObject } from '../../src/api/objects.ts';
import type { ApiClient } from '../../src/kube/client.ts';
import { EVENTS, type Resource } from '../../src/kube/resources.ts';

const PODS: Resource<KubeObject> = { group: '', version: 'v1', plural: 'pods', namespaced: true };
const CONTAINER = 'main';

/** A pod whose image a kubelet would pull; no node is needed for what it then writes. */
export interface WaitingPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly image: string;
}

/** Creates a pod as a user would: its ServiceAccount's `imagePullSecrets` are copied into it. */
export async function createPod(
  api: ApiClient,
  { namespace, name, image }: Omit<WaitingPod, 'uid'>,
): Promise<WaitingPod> {
  const created = await api.create(
    PODS,
    { namespace },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: { containers: [{ name: CONTAINER, image }] },
    },
  );
  return { namespace, name, image, uid: created.metadata.uid ?? '' };
}

/** The container waits with that error, in status and in an Event, as a kubelet writes both. */
export async function failToPull(api: ApiClient, pod: WaitingPod, error: string): Promise<void> {
  await setState(api, pod, { waiting: { reason: 'ErrImagePull', message: error } });
  const now = new Date().toISOString();
  await api.create(
    EVENTS,
    { namespace: pod.namespace },
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${pod.name}.1`, namespace: pod.namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: pod.namespace,
        name: pod.name,
        uid: pod.uid,
        fieldPath: `spec.containers{${CONTAINER}}`,
      },
      reason: 'Failed',
      type: 'Warning',
      message: `Failed to pull image "${pod.image}": ${error}`,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component: 'kubelet', host: 'node-1' },
      reportingComponent: 'kubelet',
      reportingInstance: 'node-1',
    },
  );
}

/** The image came, and the container runs. */
export const startContainer = (api: ApiClient, pod: WaitingPod): Promise<void> =>
  setState(api, pod, { running: { startedAt: new Date().toISOString().replace(/\.\d+/, '') } });

async function setState(api: ApiClient, { namespace, name, image }: WaitingPod, state: object): Promise<void> {
  const status = {
    phase: 'running' in state ? 'Running' : 'Pending',
    containerStatuses: [{ name: CONTAINER, image, imageID: '', ready: 'running' in state, restartCount: 0, state }],
  };
  await api.patch(PODS, { namespace, name, subresource: 'status' }, { status }, 'merge');
}
