import type { RegistryCredentialPolicyStatus } from '../../api/generated.ts';
import { type Policy, type RegistryCredentialPolicy, toPolicy } from '../../api/policy.ts';
import type { ApiClient } from '../../kube/client.ts';
import { POLICIES } from '../../kube/resources.ts';
import type { TrackingStore } from '../../kube/store.ts';
import { type Json, mergePatch } from '../merge-patch.ts';

/** Writes to the policies' own objects, each on the version that was read. Every method throws ApiError when a write fails. */
export class PolicyApi {
  readonly #client: ApiClient;
  readonly #store: () => TrackingStore<Policy>;

  /** @param client gated: refuses writes when this process does not lead */
  constructor(client: ApiClient, store: () => TrackingStore<Policy>) {
    this.#client = client;
    this.#store = store;
  }

  async setFinalizers(name: string, resourceVersion: string, finalizers: readonly string[]): Promise<void> {
    const patch = { metadata: { resourceVersion, finalizers } };
    await this.#tracked(name, () => this.#client.patch(POLICIES, { name }, patch, 'merge'));
  }

  /** Turns the status of `policy` into `status`. @returns whether there was anything to write */
  async writeStatus(
    { name, resourceVersion, status: before }: Policy,
    status: RegistryCredentialPolicyStatus,
  ): Promise<boolean> {
    const patch = mergePatch(toJson(before), toJson(status));
    if (patch === undefined) return false;
    const body = { metadata: { resourceVersion }, status: patch };
    await this.#tracked(name, () => this.#client.patch(POLICIES, { name, subresource: 'status' }, body, 'merge'));
    return true;
  }

  async #tracked(name: string, send: () => Promise<RegistryCredentialPolicy>): Promise<void> {
    const write = this.#store().track(name);
    try {
      const raw = await send();
      const policy = toPolicy(raw);
      // Without its last finalizer a policy that is being deleted is gone, although the answer shows it once more.
      if (policy.deleting && policy.finalizers.length === 0) write.removed();
      else write.learned(policy);
    } finally {
      write.done();
    }
  }
}

const toJson = (status: RegistryCredentialPolicyStatus): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(status)) as Record<string, Json>;
