/** Every string that the cluster sees. They are a contract: dashboards, manifests and other people's scripts hang on them. */

export const OPERATOR_NAME = 'registry-credential-operator';

export const API_GROUP = 'registrycredentials.dev';
export const API_VERSION = 'v1alpha1';
export const POLICY_KIND = 'RegistryCredentialPolicy';
export const POLICY_PLURAL = 'registrycredentialpolicies';

/** Half of the marker on a copy; tools that copy labels make it worthless alone. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY_VALUE = OPERATOR_NAME;

/** On a copy: JSON object from policy name to the sorted registry keys that it feeds. The other half of the marker. */
export const CONTRIBUTORS_ANNOTATION = 'registrycredentials.dev/contributors';
/** On a copy: JSON object with the label and annotation keys that `spec.secret` asked for, so that they go when it no longer does. */
export const OWNED_METADATA_ANNOTATION = 'registrycredentials.dev/owned-metadata';
/**
 * What `deletionPolicy: Retain` left behind, so that a later policy may take it back. On a copy: JSON array of the policies that left it.
 * On a ServiceAccount: JSON array of the `imagePullSecrets` names that stayed.
 */
export const RETAINED_ANNOTATION = 'registrycredentials.dev/retained';
/** On a ServiceAccount: JSON array of the `imagePullSecrets` names that this operator added. */
export const PULL_SECRETS_ANNOTATION = 'registrycredentials.dev/image-pull-secrets';

export const CLEANUP_FINALIZER = 'registrycredentials.dev/cleanup';

/** Sent as `fieldManager` with every write, so that `managedFields` names the writer. */
export const FIELD_MANAGER = OPERATOR_NAME;
export const LEASE_NAME = OPERATOR_NAME;
/** Events about cluster-scoped objects must lie in this namespace. */
export const EVENT_NAMESPACE = 'default';

/** The ClusterRole that lists Secret names; the `Forbidden` message tells how to add one. */
export const SECRET_NAMES_ROLE = `${OPERATOR_NAME}-secret-names`;

export const DOCKER_CONFIG_JSON_TYPE = 'kubernetes.io/dockerconfigjson';
export const DOCKER_CONFIG_JSON_KEY = '.dockerconfigjson';
export const DOCKER_CFG_TYPE = 'kubernetes.io/dockercfg';
export const DOCKER_CFG_KEY = '.dockercfg';
export const BASIC_AUTH_TYPE = 'kubernetes.io/basic-auth';
