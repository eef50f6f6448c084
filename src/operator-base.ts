import dotI, { type ResourceEvent, ResourceEventType, type ResourceMeta } from '@dot-i/k8s-operator';
import { type KubeConfig, type KubernetesObject, V1ObjectMeta } from '@kubernetes/client-node';
import type { Policy } from './api/policy.ts';
import { API_GROUP, API_VERSION, CLEANUP_FINALIZER, POLICY_KIND, POLICY_PLURAL } from './names.ts';
import type { Log } from './runtime/log.ts';

/** Sets the finalizers of a policy, on the version that was read. @throws ApiError, `conflict` where it has changed since */
export type SetFinalizers = (name: string, resourceVersion: string, finalizers: readonly string[]) => Promise<void>;

/**
 * The adapter to `@dot-i/k8s-operator`. Its life cycle, logger contract and finalizer decision are used as they are. Its watches, status
 * and CRD calls end the process on errors, lose deletes, or report failures as success (version 1.3.9), so each of them is
 * overridden here: routed to our own client, or refused with the name of what to use.
 */
export abstract class OperatorBase extends dotI.default {
  readonly #setFinalizers: SetFinalizers;

  constructor(kubeConfig: KubeConfig, log: Log, setFinalizers: SetFinalizers) {
    super(log);
    this.kubeConfig = kubeConfig;
    this.#setFinalizers = setFinalizers;
  }

  /**
   * Adds our finalizer to a policy that lives and lacks it, or takes it from one that is being deleted.
   * @throws ApiError when the write fails
   */
  async settleFinalizer(policy: Policy): Promise<void> {
    await this.handleResourceFinalizer(modified(policy), CLEANUP_FINALIZER, () => Promise.resolve());
  }

  protected override setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    return this.#setFinalizers(meta.name, meta.resourceVersion, finalizers);
  }

  protected override getCustomResourceApiUri(
    group: string,
    version: string,
    plural: string,
    namespace?: string,
  ): string {
    const server = this.kubeConfig.getCurrentCluster()?.server ?? '';
    const scope = namespace === undefined ? '' : `namespaces/${namespace}/`;
    return `${server}${group === '' ? '/api' : `/apis/${group}`}/${version}/${scope}${plural}`;
  }

  protected override watchResource(): Promise<void> {
    return refuse('watchResource', 'kube/reflector.ts');
  }

  protected override setResourceStatus(): Promise<ResourceMeta | null> {
    return refuse('setResourceStatus', 'credentials/policy/api.ts');
  }

  protected override patchResourceStatus(): Promise<ResourceMeta | null> {
    return refuse('patchResourceStatus', 'credentials/policy/api.ts');
  }

  protected override registerCustomResourceDefinition(): ReturnType<dotI.default['registerCustomResourceDefinition']> {
    return refuse('registerCustomResourceDefinition', 'config/crd: the operator has no right to install it');
  }

  abstract override stop(): void;
}

const refuse = (method: string, instead: string): Promise<never> =>
  Promise.reject(new Error(`${method} of the base class is not safe; use ${instead}`));

/** The base class changes the list that it is given, so it gets one of its own. */
function modified({ name, resourceVersion, deleting, finalizers }: Policy): ResourceEvent {
  const apiVersion = `${API_GROUP}/${API_VERSION}`;
  const metadata = new V1ObjectMeta();
  metadata.finalizers = [...finalizers];
  if (deleting) metadata.deletionTimestamp = new Date(0);
  const object: KubernetesObject = { apiVersion, kind: POLICY_KIND, metadata };
  const meta = { id: `${POLICY_PLURAL}.${apiVersion}`, name, resourceVersion, apiVersion, kind: POLICY_KIND };
  return { type: ResourceEventType.Modified, meta, object };
}
