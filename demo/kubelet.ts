import type { Stage } from './stage.ts';

/** No node runs in the demo: what its kubelet would write about a pod is written by hand. */

const IMAGE = 'nginx:1.27';
const WORDS =
  'failed to pull and unpack image "docker.io/library/nginx:1.27": failed to resolve image: unexpected status from HEAD request to ' +
  'https://registry-1.docker.io/v2/library/nginx/manifests/1.27: 429 Too Many Requests';

/** Creates a pod, which gets from its ServiceAccount what this has now. */
export async function createPod(stage: Stage, namespace: string, name: string): Promise<void> {
  stage.note(`$ kubectl -n ${namespace} run ${name} --image=${IMAGE}`);
  await stage.kubectl(['-n', namespace, 'run', name, `--image=${IMAGE}`]);
}

/** Writes the Event and the status of a pull that Docker Hub limits. */
export async function hitLimit(stage: Stage, namespace: string, name: string): Promise<void> {
  const { stdout: uid } = await stage.kubectl(['-n', namespace, 'get', 'pod', name, '-o', 'jsonpath={.metadata.uid}']);
  stage.note(`the kubelet says: Failed to pull image "${IMAGE}": … ${WORDS.slice(WORDS.indexOf('429'))}`);
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await apply(stage, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.limited`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, fieldPath: `spec.containers{${name}}` },
    type: 'Warning',
    reason: 'Failed',
    message: `Failed to pull image "${IMAGE}": ${WORDS}`,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component: 'kubelet', host: 'node-1' },
    reportingComponent: 'kubelet',
    reportingInstance: 'node-1',
  });
  await writeStatus(stage, namespace, name, 'Pending', { waiting: { reason: 'ErrImagePull', message: WORDS } });
}

/** Writes the status of a container that has its image and runs. */
export async function runs(stage: Stage, namespace: string, name: string): Promise<void> {
  stage.note(`the kubelet says: container ${name} runs`);
  await writeStatus(stage, namespace, name, 'Running', { running: {} });
}

async function writeStatus(stage: Stage, namespace: string, name: string, phase: string, state: object): Promise<void> {
  const container = { name, image: IMAGE, imageID: '', ready: false, restartCount: 0, state };
  const patch = JSON.stringify({ status: { phase, containerStatuses: [container] } });
  await stage.kubectl(['-n', namespace, 'patch', 'pod', name, '--subresource=status', '--type=merge', '-p', patch]);
}

async function apply(stage: Stage, object: object): Promise<void> {
  await stage.kubectl(['create', '-f', '-'], JSON.stringify(object));
}
