/** What kubelets write, without nodes. */
import { join } from 'node:path';
import type { BareClient } from './bare-client.ts';

const IMAGE = 'bench/app:1';
export const LIMITED =
  `failed to pull and unpack image "docker.io/${IMAGE}": failed to resolve image: unexpected status from HEAD request to ` +
  'https://registry-1.docker.io/v2/bench/app/manifests/1: 429 Too Many Requests';
export const FAILED_TO_PULL = `Failed to pull image "${IMAGE}": ${LIMITED}`;
const WAITING = 'waiting-';

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

const podPath = ({ namespace, name }: PodName): string => `/api/v1/namespaces/${namespace}/pods/${name}`;

export const isWaitingPod = ({ name }: { readonly name: string }): boolean => name.startsWith(WAITING);

/** Makes pods that wait because of a limit, in turn in each of the namespaces. */
export async function makeWaitingPods(client: BareClient, namespaces: readonly string[], count: number): Promise<void> {
  const state = { waiting: { reason: 'ErrImagePull', message: LIMITED } };
  await makePods(client, named(WAITING, namespaces, count), { phase: 'Pending', state });
}

/** Makes pods that run, in turn in each of the namespaces. */
export async function makeRunningPods(
  client: BareClient,
  namespaces: readonly string[],
  count: number,
): Promise<readonly PodName[]> {
  const pods = named('running-', namespaces, count);
  await makePods(client, pods, { phase: 'Running', state: { running: { startedAt: new Date().toISOString() } } });
  return pods;
}

/** Changes each pod's status once, as kubelets do when a probe's result changes. */
export function touchPods(client: BareClient, pods: readonly PodName[]): Promise<void> {
  const condition = { type: 'Ready', status: 'False', lastTransitionTime: new Date().toISOString() };
  return client.forEach(pods, (pod) =>
    client.patch(join(podPath(pod), 'status'), { status: { conditions: [condition] } }),
  );
}

const named = (prefix: string, namespaces: readonly string[], count: number): readonly PodName[] =>
  Array.from({ length: count }, (_, index) => ({
    namespace: namespaces[index % namespaces.length] ?? '',
    name: `${prefix}${index}`,
  }));

async function makePods(
  client: BareClient,
  pods: readonly PodName[],
  { phase, state }: { readonly phase: string; readonly state: object },
): Promise<void> {
  const containerStatus = { name: 'app', image: IMAGE, imageID: '', ready: false, restartCount: 0, state };
  await client.forEach(pods, async (pod) => {
    await client.post(`/api/v1/namespaces/${pod.namespace}/pods`, newPod(pod));
    await client.patch(join(podPath(pod), 'status'), { status: { phase, containerStatuses: [containerStatus] } });
  });
}

const newPod = ({ namespace, name }: PodName): object => ({
  metadata: { name, namespace },
  spec: { containers: [{ name: 'app', image: IMAGE }] },
});
