import type { RegistryCredentialPolicySpec, RegistryCredentialPolicyStatus } from './generated.ts';
import {
  type NamespaceName,
  type PolicyName,
  policyName,
  type SecretName,
  secretName,
  type SourceKey,
  sourceKey,
} from './keys.ts';
import type { KubeObject } from './objects.ts';
import { matchesAnyGlob, matchesLabels } from './selectors.ts';
import { CLEANUP_FINALIZER } from '../names.ts';

export interface RegistryCredentialPolicy extends KubeObject {
  readonly spec: RegistryCredentialPolicySpec;
  readonly status?: RegistryCredentialPolicyStatus;
}

/** A policy as the caches hold it: its identity, and its spec and status as the API server sent them. */
export interface Policy {
  readonly name: PolicyName;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** RFC 3339, seconds; the older policy wins a registry that two name. */
  readonly created: string;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  readonly spec: RegistryCredentialPolicySpec;
  readonly status: RegistryCredentialPolicyStatus;
}

/** Slims a policy on its way into the cache. */
export function toPolicy(raw: RegistryCredentialPolicy): Policy {
  const { metadata } = raw;
  return {
    name: policyName(metadata.name),
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    created: metadata.creationTimestamp ?? '',
    deleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers ?? [],
    spec: raw.spec,
    status: raw.status ?? {},
  };
}

/** What a policy needs to know of a namespace or ServiceAccount to select it. */
export interface Selectable {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The name that the policy's copies have, or shall have. */
export const wantedSecretName = (policy: Policy): SecretName => secretName(policy.spec.secret.name);

/** Every name under which something of this policy may lie: what its status records, and what its spec asks for. */
export function secretNamesOf(policy: Policy): ReadonlySet<SecretName> {
  return new Set([...recordedSecretNames(policy), wantedSecretName(policy)]);
}

/** `status.secretNames`: only under these names may anything of this policy be written, or removed. */
export const recordedSecretNames = (policy: Policy): readonly SecretName[] =>
  (policy.status.secretNames ?? []).map(secretName);

export const hasFinalizer = (policy: Policy): boolean => policy.finalizers.includes(CLEANUP_FINALIZER);

/** design.md, `spec.namespaces`: selector AND (include empty or hit) AND no exclude. */
export function selectsNamespace(policy: Policy, namespace: Selectable): boolean {
  const { selector, include = [], exclude = [] } = policy.spec.namespaces ?? {};
  return (
    matchesLabels(selector, namespace.labels) &&
    (include.length === 0 || matchesAnyGlob(include, namespace.name)) &&
    !matchesAnyGlob(exclude, namespace.name)
  );
}

/** Names (globs) OR selector. An absent selector selects nothing here, an empty one everything. */
export function selectsServiceAccount(policy: Policy, account: Selectable): boolean {
  const { names = [], selector } = policy.spec.serviceAccounts;
  return matchesAnyGlob(names, account.name) || (selector !== undefined && matchesLabels(selector, account.labels));
}

/** The Secrets that a policy takes its credentials from; `own` is the operator's namespace, the default of `secretRef.namespace`. */
export function sourcesOf(policy: Policy, own: NamespaceName): readonly SourceKey[] {
  return policy.spec.credentials.map(({ secretRef }) => sourceKey(secretRef.namespace ?? own, secretRef.name));
}

/** Older first: creation time, then name. Creation times have whole seconds, so the name decides often. */
export function byAge(a: Pick<Policy, 'created' | 'name'>, b: Pick<Policy, 'created' | 'name'>): number {
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
