import type { KubeEvent, KubeObject } from '../../src/api/objects.ts';
import type { Resource } from '../../src/kube/resources.ts';

/** Pods and what makes them, as stories create them and read them back. */

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

export interface Pod extends KubeObject {
  readonly spec?: {
    readonly imagePullSecrets?: readonly { readonly name?: string }[];
    readonly containers?: readonly { readonly image?: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface Deployment extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

const core = <T extends KubeObject>(plural: string): Resource<T> => ({
  group: '',
  version: 'v1',
  plural,
  namespaced: true,
});
export const PODS = core<Pod>('pods');
export const POD_EVENTS = core<KubeEvent>('events');
export const DEPLOYMENTS: Resource<Deployment> = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  namespaced: true,
};
export const CRON_JOBS: Resource<KubeObject> = { group: 'batch', version: 'v1', plural: 'cronjobs', namespaced: true };

/** A container that is to exist. */
export interface ContainerShape {
  readonly image: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent';
  readonly command?: readonly string[];
}

export interface PodShape extends ContainerShape {
  readonly imagePullSecrets?: readonly string[];
  readonly serviceAccount?: string;
  readonly restartPolicy?: 'Always' | 'Never' | 'OnFailure';
  readonly initContainers?: readonly ContainerShape[];
  readonly sidecars?: readonly ContainerShape[];
}

const container = (name: string, { image, imagePullPolicy, command }: ContainerShape): object => ({
  name,
  image,
  ...(imagePullPolicy !== undefined && { imagePullPolicy }),
  ...(command !== undefined && { command }),
});

/** The `spec` of a pod; its containers end within a second. */
export const podSpec = (shape: PodShape): object => ({
  terminationGracePeriodSeconds: 1,
  containers: [
    container('main', shape),
    ...(shape.sidecars ?? []).map((sidecar, index) => container(`side-${index}`, sidecar)),
  ],
  initContainers: (shape.initContainers ?? []).map((init, index) => container(`init-${index}`, init)),
  ...(shape.imagePullSecrets !== undefined && { imagePullSecrets: shape.imagePullSecrets.map((name) => ({ name })) }),
  ...(shape.serviceAccount !== undefined && { serviceAccountName: shape.serviceAccount }),
  ...(shape.restartPolicy !== undefined && { restartPolicy: shape.restartPolicy }),
});

export const podObject = (name: string, shape: PodShape): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: podSpec(shape),
});

export const deploymentObject = (name: string, replicas: number, shape: PodShape): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: podSpec(shape) },
  },
});

export const cronJobObject = (name: string, shape: PodShape): object => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name },
  spec: {
    // Never by itself within a story: jobs are made from it by hand.
    schedule: '0 0 1 1 *',
    jobTemplate: { spec: { backoffLimit: 0, template: { spec: podSpec({ restartPolicy: 'Never', ...shape }) } } },
  },
});

const statuses = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

const WAITING_FOR_IMAGE = new Set(['ErrImagePull', 'ImagePullBackOff']);

/** Containers of a pod that wait because their image could not be pulled. */
export const blockedContainers = (pod: Pod): readonly ContainerStatus[] =>
  statuses(pod).filter(({ state }) => WAITING_FOR_IMAGE.has(state?.waiting?.reason ?? ''));

/** Every container runs, and init containers are over. */
export const isRunning = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

const FAILED_PULL = /^(\(combined from similar events\): )?Failed to pull image "/;

/** How many failed pulls of this kind the kubelet counted in these Events. @param words that the failure has */
export const failuresIn = (events: readonly KubeEvent[], words: string): number =>
  events
    .filter(({ message = '' }) => FAILED_PULL.test(message) && message.includes(words))
    .reduce((sum, { count = 1 }) => sum + count, 0);
