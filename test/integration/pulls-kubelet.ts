import type { KubeObject } from '../../src/api/objects.ts';
import type { ApiClient } from '../../src/kube/client.ts';
import type { Resource } from '../../src/kube/resources.ts';
import { orAbsent } from './scene.ts';

/** Writes pods, their status and Events as a kubelet does, where no kubelet runs. */

export const PODS: Resource<KubeObject> = { group: '', version: 'v1', plural: 'pods', namespaced: true };
export const POD_EVENTS: Resource<KubeObject & { readonly count?: number }> = {
  group: '',
  version: 'v1',
  plural: 'events',
  namespaced: true,
};

export interface PodShape {
  readonly image: string;
  readonly account?: string;
  readonly secrets?: readonly string[];
  readonly pullPolicy?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** More of its `spec`; undefined takes a field out. */
  readonly more?: object;
}

/** What a container waits for; `running` where it does not. */
export type Waiting = { readonly reason: string; readonly message: string } | 'running';

export interface EventShape {
  readonly message: string;
  readonly count?: number;
  /** Seconds since the last occurrence; negative: in the future. */
  readonly ageSeconds?: number;
  readonly firstAgeSeconds?: number;
  /** Aggregated Events and old kubelets leave it empty. */
  readonly reportingComponent?: string;
  readonly uid?: string;
  readonly podName?: string;
  readonly more?: object;
}

/** One pod of one container, `app`, and what its kubelet would write about it. */
export class KubeletPod {
  readonly api: ApiClient;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly image: string;

  private constructor(api: ApiClient, namespace: string, name: string, uid: string, image: string) {
    this.api = api;
    this.namespace = namespace;
    this.name = name;
    this.uid = uid;
    this.image = image;
  }

  /** Creates the pod; the API server's admission gives it what its ServiceAccount has. */
  static async create(api: ApiClient, namespace: string, name: string, shape: PodShape): Promise<KubeletPod> {
    const { image, account = 'default', secrets, pullPolicy = 'IfNotPresent', more = {} } = shape;
    const { labels = {}, annotations = {} } = shape;
    const created = await api.create(
      PODS,
      { namespace },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace, labels, annotations },
        spec: {
          serviceAccountName: account,
          automountServiceAccountToken: false,
          containers: [{ name: 'app', image, imagePullPolicy: pullPolicy }],
          ...(secrets && { imagePullSecrets: secrets.map((secret) => ({ name: secret })) }),
          ...more,
        },
      },
    );
    return new KubeletPod(api, namespace, name, created.metadata.uid ?? '', image);
  }

  /** Writes the container's status. A pod of which everything runs, or ran, is not Pending. */
  async status(state: Waiting, phase: 'Pending' | 'Running' = 'Pending'): Promise<void> {
    const container = {
      name: 'app',
      image: 'x',
      imageID: '',
      ready: false,
      restartCount: 0,
      state: state === 'running' ? { running: {} } : { waiting: state },
    };
    const status = { phase, containerStatuses: [container] };
    await this.api.patch(
      PODS,
      { namespace: this.namespace, name: this.name, subresource: 'status' },
      { status },
      'merge',
    );
  }

  async delete(): Promise<void> {
    await this.api.delete(PODS, { namespace: this.namespace, name: this.name });
  }

  /** Creates or replaces the Event of this name, as the recorder's POST and PATCH do. */
  async event(name: string, shape: EventShape): Promise<void> {
    const body = this.#event(name, shape);
    const ref = { namespace: this.namespace, name };
    if ((await orAbsent(this.api.get(POD_EVENTS, ref))) === undefined)
      await this.api.create(POD_EVENTS, { namespace: this.namespace }, body);
    else await this.api.patch(POD_EVENTS, ref, body, 'merge');
  }

  async expire(name: string): Promise<void> {
    await this.api.delete(POD_EVENTS, { namespace: this.namespace, name });
  }

  #event(name: string, { message, count = 1, ageSeconds = 0, firstAgeSeconds = ageSeconds, ...shape }: EventShape) {
    const { reportingComponent = 'kubelet', uid = this.uid, podName = this.name, more = {} } = shape;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: this.namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: this.namespace, name: podName, uid },
      type: 'Warning',
      reason: 'Failed',
      message,
      count,
      firstTimestamp: ago(firstAgeSeconds),
      lastTimestamp: ago(ageSeconds),
      source: { component: 'kubelet', host: 'node-1' },
      reportingComponent,
      reportingInstance: reportingComponent === '' ? '' : 'node-1',
      ...more,
    };
  }
}

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
