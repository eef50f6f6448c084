import { createHash } from 'node:crypto';
import type { Namespace, Secret, ServiceAccount } from '../api/objects.ts';
import type { Stored } from '../kube/store.ts';
import { DOCKER_CONFIG_JSON_KEY, PULL_SECRETS_ANNOTATION, RETAINED_ANNOTATION } from '../names.ts';
import { readNames } from './ownership.ts';

type Labels = Readonly<Record<string, string>>;
const NO_LABELS: Labels = Object.freeze({});
const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/** A namespace as the caches hold it. */
export interface NamespaceEntry extends Stored {
  readonly labels: Labels;
  readonly terminating: boolean;
}

/** A Secret of a target's name as the caches hold it: everything that decides about it, and of its data no more than a hash. */
export interface CopyEntry extends Stored {
  readonly namespace: string;
  readonly type: string;
  readonly immutable: boolean;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly dataKeys: readonly string[];
  /** Of the `.dockerconfigjson` value. */
  readonly contentHash: string;
  readonly terminating: boolean;
}

/** A ServiceAccount as the caches hold it. */
export interface AccountEntry extends Stored {
  readonly namespace: string;
  readonly labels: Labels;
  /** As the API server sent it, so that a write gives back everything of others, in order; empty where it is oversized. */
  readonly pullSecrets: readonly { readonly name?: string }[];
  /** Entries that this operator added. */
  readonly recorded: readonly string[];
  /** Entries that `deletionPolicy: Retain` left. */
  readonly retained: readonly string[];
  /** It lists more than is kept of it. So nothing of it may be written, nothing in it counts as ours, and its labels may not be known. */
  readonly isOversized: boolean;
}

/** Characters of a list that the caches keep of an account: 800 names. Anybody with the `edit` role can write a megabyte of them. */
const MAX_LISTED = 64 * 1_024;
/** What a name costs beside its characters. */
const NAME = 50;

/** A source Secret as the caches hold it: the only place where credentials stay in memory. */
export interface SourceEntry extends Stored {
  readonly secret: Secret;
}

export function slimNamespace({ metadata }: Namespace): NamespaceEntry {
  return {
    ...identity(metadata),
    labels: metadata.labels ?? NO_LABELS,
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

export function slimCopy({ metadata, type, immutable, data }: Secret): CopyEntry {
  return {
    ...identity(metadata),
    namespace: metadata.namespace ?? '',
    type: type ?? 'Opaque',
    immutable: immutable === true,
    labels: metadata.labels ?? NO_LABELS,
    annotations: withoutContent(metadata.annotations),
    dataKeys: Object.keys(data ?? {}),
    contentHash: hashContent(data?.[DOCKER_CONFIG_JSON_KEY] ?? ''),
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

/** `kubectl apply` keeps a whole Secret in an annotation, and nothing here asks for it. */
function withoutContent(annotations: Labels | undefined): Labels {
  if (annotations?.[LAST_APPLIED_ANNOTATION] === undefined) return annotations ?? NO_LABELS;
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED_ANNOTATION));
}

export function slimAccount({ metadata, imagePullSecrets }: ServiceAccount): AccountEntry {
  const { labels = NO_LABELS } = metadata;
  const pullSecrets = imagePullSecrets ?? [];
  const recorded = readNames(metadata, PULL_SECRETS_ANNOTATION);
  const retained = readNames(metadata, RETAINED_ANNOTATION);
  const hasManyLabels = isTooMuch(Object.entries(labels).flat());
  const isOversized = hasManyLabels || [pullSecrets.map(({ name = '' }) => name), recorded, retained].some(isTooMuch);
  return {
    ...identity(metadata),
    namespace: metadata.namespace ?? '',
    labels: hasManyLabels ? NO_LABELS : labels,
    ...(isOversized ? { pullSecrets: [], recorded: [], retained: [] } : { pullSecrets, recorded, retained }),
    isOversized,
  };
}

const isTooMuch = (texts: readonly string[]): boolean =>
  texts.reduce((sum, { length }) => sum + length + NAME, 0) > MAX_LISTED;

/** Keeps the data, and of the metadata what decides whether the Secret may be a source. */
export function slimSource({ metadata, type, data }: Secret): SourceEntry {
  const { name, namespace, uid, resourceVersion, labels, annotations } = metadata;
  const kept = {
    name,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    uid: uid ?? '',
    resourceVersion: resourceVersion ?? '',
    secret: { metadata: kept, ...(type !== undefined && { type }), ...(data && { data }) },
  };
}

/** Hash of a data value (base64 text). Never leaves the process: it is made from a secret. */
export const hashContent = (encoded: string): string => createHash('sha256').update(encoded).digest('base64');

const identity = ({ name, uid, resourceVersion }: Namespace['metadata']): Stored => ({
  name,
  uid: uid ?? '',
  resourceVersion: resourceVersion ?? '',
});

/** Whether the account refers to a Secret of this name, whoever put the entry. */
export const hasEntry = (account: AccountEntry, name: string): boolean =>
  account.pullSecrets.some((entry) => entry.name === name);
