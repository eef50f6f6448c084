import type { KubeEvent, KubeObject, Lease, Namespace, Secret, ServiceAccount } from '../api/objects.ts';
import type { RegistryCredentialPolicy } from '../api/policy.ts';
import { API_GROUP, API_VERSION, POLICY_PLURAL } from '../names.ts';

declare const object: unique symbol;

/** A kind of object, as its URL names it; `T` is what the API server answers with. */
export interface Resource<T extends KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set; carries `T` through type inference. */
  readonly [object]?: T;
}

export interface SelfSubjectAccessReview {
  readonly spec: {
    readonly resourceAttributes: {
      readonly verb: string;
      readonly group?: string;
      readonly resource: string;
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
    };
  };
  readonly status?: { readonly allowed: boolean; readonly denied?: boolean; readonly reason?: string };
}

/** A review as the API server answers it. */
export type ReviewedAccess = SelfSubjectAccessReview & KubeObject;

export const SECRETS: Resource<Secret> = { group: '', version: 'v1', plural: 'secrets', namespaced: true };
export const SERVICE_ACCOUNTS: Resource<ServiceAccount> = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  namespaced: true,
};
export const NAMESPACES: Resource<Namespace> = { group: '', version: 'v1', plural: 'namespaces', namespaced: false };
export const EVENTS: Resource<KubeEvent> = { group: '', version: 'v1', plural: 'events', namespaced: true };
export const LEASES: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  namespaced: true,
};
export const SELF_SUBJECT_ACCESS_REVIEWS: Resource<ReviewedAccess> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
};
export const POLICIES: Resource<RegistryCredentialPolicy> = {
  group: API_GROUP,
  version: API_VERSION,
  plural: POLICY_PLURAL,
  namespaced: false,
};

export interface ResourceRef {
  /** Absent for cluster-scoped objects, and for lists over all namespaces. */
  readonly namespace?: string;
  /** Absent for the collection. */
  readonly name?: string;
  readonly subresource?: string;
}

/**
 * The URL path of a collection or object.
 * @throws TypeError for a name that is no path segment ('', '.', '..'): with it the URL would mean something else
 */
export function resourcePath(resource: Resource<KubeObject>, { namespace, name, subresource }: ResourceRef): string {
  const { group, version, plural } = resource;
  let path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  if (namespace !== undefined) path += `/namespaces/${segment(namespace)}`;
  path += `/${plural}`;
  if (name !== undefined) path += `/${segment(name)}`;
  if (subresource !== undefined) path += `/${segment(subresource)}`;
  return path;
}

function segment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw new TypeError(`not a name of an object: '${text}'`);
  return encodeURIComponent(text);
}
