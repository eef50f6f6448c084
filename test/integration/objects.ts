import type { RegistryCredentialPolicy } from '../../src/api/policy.ts';
import type { KubeObject, ObjectMeta, Secret } from '../../src/api/objects.ts';
import type { Resource } from '../../src/kube/resources.ts';
import { API_GROUP, API_VERSION, POLICY_KIND } from '../../src/names.ts';

/** Objects that tests create, and how they are read back. */

export const COPY = 'registry-credentials';

export const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
export const unbase64 = (encoded: string): string => Buffer.from(encoded, 'base64').toString('utf8');

export type Auths = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One entry of `auths`, as `kubectl create secret docker-registry` writes it. */
export const login = (username: string, password: string): Readonly<Record<string, string>> => ({
  username,
  password,
  auth: base64(`${username}:${password}`),
});

export type Content = Pick<Secret, 'type' | 'data'>;

export const dockerConfigJson = (auths: unknown): Content => ({
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': base64(JSON.stringify({ auths })) },
});

export const dockerCfg = (auths: Auths): Content => ({
  type: 'kubernetes.io/dockercfg',
  data: { '.dockercfg': base64(JSON.stringify(auths)) },
});

export const basicAuth = (username: string, password: string): Content => ({
  type: 'kubernetes.io/basic-auth',
  data: { username: base64(username), password: base64(password) },
});

export const opaque = (data: Readonly<Record<string, string>>): Content => ({ type: 'Opaque', data });

/** `.dockerconfigjson` of a Secret, decoded; undefined where there is no Secret. */
export const configText = (secret: Secret | undefined): string | undefined => {
  const encoded = secret?.data?.['.dockerconfigjson'];
  return encoded === undefined ? undefined : unbase64(encoded);
};

/** The `auths` of a copy; empty where there is no copy. */
export function authsOf(secret: Secret | undefined): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(configText(secret) ?? '{"auths":{}}');
  if (typeof parsed !== 'object' || parsed === null || !('auths' in parsed)) return {};
  const { auths } = parsed;
  return typeof auths === 'object' && auths !== null ? Object.fromEntries(Object.entries(auths)) : {};
}

/** The password of one entry of a copy. */
export function passwordOf(secret: Secret | undefined, registry: string): unknown {
  const entry = authsOf(secret)[registry];
  return typeof entry === 'object' && entry !== null && 'password' in entry ? entry.password : undefined;
}

/** Labels or annotations of an object that may not be there. */
export const labelsOf = (object: KubeObject | undefined) => object?.metadata.labels ?? {};
export const annotationsOf = (object: KubeObject | undefined) => object?.metadata.annotations ?? {};
export const uidOf = (object: KubeObject | undefined) => object?.metadata.uid;

export type Spec = Partial<RegistryCredentialPolicy['spec']> | Readonly<Record<string, unknown>>;

export const policyObject = (name: string, spec: object): object => ({
  apiVersion: `${API_GROUP}/${API_VERSION}`,
  kind: POLICY_KIND,
  metadata: { name },
  spec,
});

export const secretObject = (metadata: Partial<ObjectMeta>, content: object): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata,
  ...content,
});

/** An object as it counts for others: without what every write changes. */
export const asSeenByOthers = (object: KubeObject): object => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: undefined, managedFields: undefined },
});

const resource = (group: string, plural: string, namespaced: boolean, version = 'v1'): Resource<KubeObject> => ({
  group,
  version,
  plural,
  namespaced,
});

export const QUOTAS = resource('', 'resourcequotas', true);
export const CONFIG_MAPS = resource('', 'configmaps', true);
export const CLUSTER_ROLES = resource('rbac.authorization.k8s.io', 'clusterroles', false);
export const ROLES = resource('rbac.authorization.k8s.io', 'roles', true);
export const ROLE_BINDINGS = resource('rbac.authorization.k8s.io', 'rolebindings', true);
export const ADMISSION_POLICIES = resource('admissionregistration.k8s.io', 'validatingadmissionpolicies', false);
export const ADMISSION_BINDINGS = resource('admissionregistration.k8s.io', 'validatingadmissionpolicybindings', false);
