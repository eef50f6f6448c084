/** Generated from crds/ by scripts/generate-types.ts; do not edit. Fields with a default are always there. */

/**
 * What is wanted. Only credentials is required: a policy that names one source Secret serves the ServiceAccount named default in every namespace.
 */
export interface RegistryCredentialPolicySpec {
  /**
   * Where the credentials come from, 1 to 16 sources; the entries of all of them are merged into one Secret. A registry that is named twice within one policy keeps the entry of the source that stands first, and the condition CredentialsResolved says so with the reason DuplicateRegistry. If any source is missing or broken, the copies that exist stay as they are.
   *
   * Items: One source of credentials.
   */
  credentials: Credential[];
  /**
   * The Secret that is written into the target namespaces.
   */
  secret: SecretTemplate;
  /**
   * Which namespaces get the credentials. Default: every namespace. A namespace matches if the selector matches its labels, and include is empty or names it, and exclude does not name it. Whoever can create or label a namespace so that it matches receives the credentials. A namespace where a source Secret has the name of the target Secret is left out.
   */
  namespaces?: NamespaceSelection;
  /**
   * Which ServiceAccounts of the matched namespaces get the entry in their imagePullSecrets: those that names hits, and those that the selector matches. The default is of the whole object, {names: [default]}: once any field is given, default must be named to be among them. A ServiceAccount that does not exist is no failure; it gets the entry when it appears. Entries of others are kept, with their order.
   */
  serviceAccounts: ServiceAccountSelection;
  /**
   * What to do where a Secret of the target's name exists that this operator did not make. Fail (the default): leave it alone; that namespace fails with the reason Conflict until the Secret goes away. Adopt: take it over if it is a mutable Secret of type kubernetes.io/dockerconfigjson and no policy's source; its data is replaced, and an Event names the registries it lost. Where several policies share the Secret, all must say Adopt.
   */
  conflictPolicy: ConflictPolicy;
  /**
   * What happens to a copy and its entries in ServiceAccounts when no policy asks for them any more. Delete (the default): both are removed, the entries first. Retain: both stay, and the copy carries the annotation registrycredentials.dev/retained, which lets a later policy take it back. Where several policies shared the Secret, the last one to leave decides.
   */
  deletionPolicy: DeletionPolicy;
  /**
   * Enforce (the default): write what the policy asks for. Observe: write nothing but this policy's status, whose plan says what a switch to Enforce would do. A change from Enforce to Observe leaves what was written as it is. Rate limits are reported in both modes, and deletion cleans up in both.
   */
  mode: PolicyMode;
  /**
   * When the condition RateLimited turns True, and when it turns False again.
   */
  rateLimit: RateLimitSpec;
}

export interface Credential {
  /**
   * The Secret that holds the credentials. Its type is kubernetes.io/dockerconfigjson, the older kubernetes.io/dockercfg, or kubernetes.io/basic-auth (registry is then required). It may lie only in the operator's own namespace, or in one that the operator was started with (--source-namespaces).
   */
  secretRef: SecretRef;
  /**
   * For a basic-auth Secret: the registry that its user name and password are for, such as ghcr.io or registry.example.com:5000; docker.io stands for Docker Hub. Required there. For a docker config: only its entry for this registry is taken. Default: all its entries.
   */
  registry?: string;
}

export interface SecretRef {
  /**
   * Name of the source Secret.
   */
  name: string;
  /**
   * Namespace of the source Secret. Default: the namespace that the operator runs in. Any other must be among those that the operator was started with, else CredentialsResolved turns False with the reason NamespaceNotAllowed.
   */
  namespace?: string;
}

export interface SecretTemplate {
  /**
   * Name of that Secret. Default: registry-credentials. Policies that give the same name share one Secret in each namespace, which holds the entries of all of them. Any other name than the default must first be added to the ClusterRole registry-credential-operator-secret-names; until then Ready is False with the reason Forbidden, and the message holds the command that adds it. When the name is changed, the old Secret goes, namespace by namespace, once the new one is in sync there.
   */
  name: string;
  /**
   * Labels that each copy gets beside the operator's own, at most 32. Keys with the prefix kubernetes.io, k8s.io or registrycredentials.dev, or with one that ends in these, are refused. Where several policies share a Secret, the oldest one's value stands. Labels that others add to a copy are left alone.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Annotations that each copy gets beside the operator's own, at most 32. Keys are refused as for labels. Where several policies share a Secret, the oldest one's value stands. Annotations that others add to a copy are left alone.
   */
  annotations?: {
    [k: string]: string;
  };
}

export interface NamespaceSelection {
  /**
   * Label selector on the namespace. Default: any labels. Both matchLabels and matchExpressions must hold; an empty selector matches every namespace.
   */
  selector?: LabelSelector;
  /**
   * Names of namespaces, at most 64, where * stands for any number of characters: team-*, *-prod. Default: none, which leaves the choice to the selector.
   */
  include?: string[];
  /**
   * Names of namespaces, at most 64, with * as in include, that never match whatever else says. Default: none.
   */
  exclude?: string[];
}

export interface LabelSelector {
  /**
   * Labels that must be present with exactly these values, at most 32.
   */
  matchLabels?: {
    [k: string]: string;
  };
  /**
   * Conditions on labels, at most 16; all must hold.
   *
   * Items: One condition on one label.
   */
  matchExpressions?: LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  /**
   * The label's key.
   */
  key: string;
  /**
   * How the label relates to values. In: it is present with one of them. NotIn: it is absent, or has none of them. Exists: it is present. DoesNotExist: it is absent.
   */
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * Values for In and NotIn, 1 to 64; absent for Exists and DoesNotExist.
   */
  values?: string[];
}

export interface ServiceAccountSelection {
  /**
   * Names of ServiceAccounts, at most 64, where * stands for any number of characters. Default: none if a selector is given.
   */
  names?: string[];
  /**
   * Label selector on the ServiceAccount. Default: none is selected by labels. Both matchLabels and matchExpressions must hold; an empty selector matches every ServiceAccount.
   */
  selector?: LabelSelector;
}

export type ConflictPolicy = 'Fail' | 'Adopt';

export type DeletionPolicy = 'Delete' | 'Retain';

export type PolicyMode = 'Enforce' | 'Observe';

export interface RateLimitSpec {
  /**
   * How far back failed pulls count, as hours, minutes and seconds: 15m, 1h30m, 90s. Default: 15m. From 10s to 24h. RateLimited turns False after a whole window without a failure, and never while containers wait because of a limit.
   */
  window: string;
  /**
   * How many limited pulls within the window turn RateLimited True. Default: 1, the least that is allowed.
   */
  threshold: number;
}

/**
 * What was found and done. Written by the operator alone; stays below 64 KiB whatever the size of the cluster.
 */
export interface RegistryCredentialPolicyStatus {
  /**
   * The metadata.generation that this status is about. Older than that, the status is out of date.
   */
  observedGeneration?: number;
  /**
   * Ready: every matched namespace is in sync. Reconciling: work is under way. Stalled: a person must act; the message says what. CredentialsResolved: the sources exist, parse, and give at least one usable entry. CredentialsShadowed: an older policy's entry stands in the place of one of ours. CredentialsAccepted: False when a registry refuses the credential. RateLimited: a registry limits pulls that concern this policy.
   *
   * Items: One aspect of the state.
   */
  conditions?: Condition[];
  /**
   * Every name under which a Secret or an entry of this policy may exist, recorded before the first write under a new name. More than one while a change of spec.secret.name is under way.
   */
  secretNames?: string[];
  /**
   * How many namespaces match, and how far they are.
   */
  namespaces?: NamespaceCounts;
  /**
   * How many ServiceAccounts are selected, and how many have the entry.
   */
  serviceAccounts?: ServiceAccountCounts;
  /**
   * The entries that were found in the sources, the first 20 of them: for which registry, and from where. Never a user name, never anything derived from a secret.
   *
   * Items: One entry.
   */
  credentials?: CredentialStatus[];
  /**
   * The latest rotatedAt of all credentials.
   */
  lastRotation?: string;
  /**
   * Namespaces where the last attempt failed, sorted by name, the first 20 of them. failureSummary counts them all.
   *
   * Items: What went wrong in one namespace.
   */
  failures?: Failure[];
  /**
   * Counts of all failures, also those that the list has no room for.
   */
  failureSummary?: FailureSummary;
  /**
   * In mode Observe: what switching this policy alone to Enforce would do.
   */
  plan?: Plan;
  /**
   * Limited pulls that concern this policy: of matched namespaces, from a registry that it holds a credential for.
   */
  rateLimit?: RateLimitStatus;
}

export interface Condition {
  /**
   * Name of the condition, such as Ready.
   */
  type: string;
  /**
   * Whether the condition holds.
   */
  status: ConditionStatus;
  /**
   * The metadata.generation that the condition is about.
   */
  observedGeneration?: number;
  /**
   * When status last changed from one value to another.
   */
  lastTransitionTime: string;
  /**
   * Why, in one word for programs.
   */
  reason: string;
  /**
   * Why, in a sentence for people. Never holds anything secret.
   */
  message: string;
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface NamespaceCounts {
  /**
   * Namespaces that are selected and not terminating.
   */
  matched: number;
  /**
   * Matched namespaces whose copy equals what is wanted, and where every selected ServiceAccount that exists has the entry, whoever put it there.
   */
  synced: number;
  /**
   * Matched namespaces where the last attempt failed. What is neither synced nor failed is pending.
   */
  failed: number;
  /**
   * Synced and matched in one word, 198/200.
   */
  summary: string;
}

export interface ServiceAccountCounts {
  /**
   * ServiceAccounts that exist in matched namespaces and are selected.
   */
  matched: number;
  /**
   * Those of them that have the entry.
   */
  patched: number;
}

export interface CredentialStatus {
  /**
   * The registry, as the source writes it.
   */
  registry: string;
  /**
   * The Secret that it comes from, as namespace/name.
   */
  source: string;
  /**
   * The metadata.resourceVersion of the source that was read.
   */
  sourceResourceVersion?: string;
  /**
   * When the content of this entry was last seen to change.
   */
  rotatedAt?: string;
}

export interface Failure {
  /**
   * The namespace.
   */
  namespace: string;
  /**
   * Conflict: a Secret of that name is not ours. Forbidden: the operator lacks a right; the message names it. Rejected: quota or an admission check refused. Contended: somebody keeps undoing our change. Terminating: held by somebody's finalizer. TooLarge: over the size that a Secret can have. ServerError: the API server failed.
   */
  reason: string;
  /**
   * What to know or do, with the server's own words where it refused.
   */
  message: string;
}

export interface FailureSummary {
  /**
   * All namespaces that failed.
   */
  total: number;
  /**
   * The same by reason.
   */
  byReason: {
    [k: string]: number;
  };
}

export interface Plan {
  /**
   * Secrets that would be created.
   */
  create: number;
  /**
   * Copies that would be changed.
   */
  update: number;
  /**
   * Secrets of others that would be taken over.
   */
  adopt: number;
  /**
   * Namespaces that would fail because a Secret of that name is not ours.
   */
  conflicts: number;
  /**
   * ServiceAccounts that would get the entry.
   */
  serviceAccounts: number;
}

export interface RateLimitStatus {
  /**
   * Limited pulls within spec.rateLimit.window.
   */
  failuresInWindow?: number;
  /**
   * When a pull was last limited. Absent if none was seen.
   */
  lastFailureTime?: string;
  /**
   * Namespaces with limited pulls within the window.
   */
  namespaces?: CountedNames;
  /**
   * Containers that now wait because of a limit.
   */
  containers?: CountedNames;
  /**
   * The registries that limit, and how; at most 20, sorted by host.
   *
   * Items: One registry and one kind of limit.
   */
  registries?: LimitedRegistry[];
  /**
   * Pods that wait because of a limit or a refusal and that the credential does not reach, counted by cause.
   */
  unreached?: {
    [k: string]: number;
  };
}

export interface CountedNames {
  /**
   * How many there are.
   */
  count: number;
  /**
   * The first 20 of them, sorted, as namespace/pod/container.
   */
  names: string[];
}

export interface LimitedRegistry {
  /**
   * The registry, as image names write it.
   */
  host: string;
  /**
   * Whose limit it is. anonymous: of pulls without a credential. account: of the account that the credential belongs to. abuse: of too many requests in a short time. unknown: the registry does not say.
   */
  kind: LimitKind;
  /**
   * false: the registry's message says the kind. true: it says nothing, and the kind is concluded from whether the pod refers to a credential for it.
   */
  inferred: boolean;
  /**
   * Limited pulls within the window.
   */
  failures?: number;
  /**
   * When it last limited a pull.
   */
  lastFailureTime?: string;
}

export type LimitKind = 'anonymous' | 'account' | 'abuse' | 'unknown';
