/**
 * Writes Events about every waiting pod, so many about each: at first a new one, then its count rises, as kubelets write them.
 * Arguments: kubeconfig, type, Events about each pod, Events a second at most. Prints the writes a second that it reached.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ApiClient } from '../src/kube/client.ts';
import { loadKubeConfig } from '../src/kube/kubeconfig.ts';
import { PODS } from '../src/pulls/caches.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { BareClient } from './bare-client.ts';
import { FAILED_TO_PULL, isWaitingPod } from './kubelets.ts';

interface WaitingPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const [, , kubeconfig = '', type = '', eventsPerPod = '', perSecond = ''] = process.argv;

const pods = await waitingPods();
const client = new BareClient(kubeconfig);
const begun = performance.now();
let written = 0;
for (let count = 1; count <= Number(eventsPerPod); count++)
  await client.forEach(pods, async (pod) => {
    const early = begun + (written++ / Number(perSecond)) * 1000 - performance.now();
    if (early > 0) await pause(early);
    if (count === 1) await client.post(`/api/v1/namespaces/${pod.namespace}/events`, firstEvent(pod));
    else await client.patch(eventPath(pod), { count, lastTimestamp: now() });
  });
process.stdout.write(String((written * 1000) / (performance.now() - begun)));
await client.close();

async function waitingPods(): Promise<readonly WaitingPod[]> {
  const api = new ApiClient({ kubeConfig: loadKubeConfig(kubeconfig), userAgent: 'bench', clock: systemClock });
  const { items } = await api.list(PODS, {});
  await api.close();
  return items
    .map(({ metadata: { namespace = '', name, uid = '' } }) => ({ namespace, name, uid }))
    .filter(isWaitingPod);
}

function firstEvent(pod: WaitingPod): object {
  return {
    metadata: { name: eventName(pod), namespace: pod.namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', ...pod, fieldPath: 'spec.containers{app}' },
    type,
    reason: 'Failed',
    message: FAILED_TO_PULL,
    count: 1,
    firstTimestamp: now(),
    lastTimestamp: now(),
    source: { component: 'kubelet', host: 'node' },
    reportingComponent: 'kubelet',
    reportingInstance: 'node',
  };
}

function eventName({ name }: WaitingPod): string {
  return `${name}.${type.toLowerCase()}`;
}

function eventPath(pod: WaitingPod): string {
  return `/api/v1/namespaces/${pod.namespace}/events/${eventName(pod)}`;
}

/** Whole seconds, as in every Event. */
function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
