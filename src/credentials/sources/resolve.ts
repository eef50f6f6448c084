import { createHash } from 'node:crypto';
import type { NamespaceName, SourceKey } from '../../api/keys.ts';
import { sourceKey } from '../../api/keys.ts';
import type { Secret } from '../../api/objects.ts';
import type { Policy } from '../../api/policy.ts';
import { type AuthEntry, parseSource, renderDockerConfig } from './docker-config.ts';
import { hasMarker } from '../ownership.ts';
import { normaliseKey, whyDead } from '../../registry/key.ts';

/** What is known of a source Secret at this moment. */
export type SourceState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'not-allowed' }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'found'; readonly secret: Secret };

export type ResolveReason =
  'SecretNotFound' | 'SecretInvalid' | 'SecretTypeUnsupported' | 'NamespaceNotAllowed' | 'Forbidden';

export interface SourceFault {
  readonly source: SourceKey;
  readonly reason: ResolveReason;
  readonly message: string;
}

/** One credential of a policy, with where it came from. */
export interface ResolvedEntry extends AuthEntry {
  /** The key as registries are compared. */
  readonly registry: string;
  readonly source: SourceKey;
  readonly sourceResourceVersion: string;
}

export interface Resolution {
  /** In the order of the spec; no registry twice. */
  readonly entries: readonly ResolvedEntry[];
  readonly faults: readonly SourceFault[];
  /** A source has not been looked at yet: nothing may be concluded from its absence. */
  readonly pending: boolean;
  /** Registries that the policy names more than once; the first stands. */
  readonly duplicates: readonly string[];
  /** Sentences on keys that the kubelet can never match. */
  readonly deadKeys: readonly string[];
  /** Changes when, and only when, the credentials or the set of faults change. Kept in memory only: it is made from secrets. */
  readonly fingerprint: string;
}

/** A Secret's data may have 1 MiB in all (kubernetes `core.MaxSecretSize`). */
export const MAX_SECRET_BYTES = 1024 * 1024;

/**
 * Merges the sources of one policy. Pure.
 * @param own the operator's namespace, where a source without a namespace lies
 */
export function resolve(policy: Policy, own: NamespaceName, stateOf: (source: SourceKey) => SourceState): Resolution {
  const collected = policy.spec.credentials.map(({ secretRef, registry }) => {
    const source = sourceKey(secretRef.namespace ?? own, secretRef.name);
    return readSource(source, stateOf(source), registry);
  });
  const { entries, duplicates } = firstOfEach(collected.flatMap((result) => result.entries));
  const faults = [...collected.flatMap((result) => result.faults), ...tooLarge(entries)];
  return {
    entries,
    faults,
    pending: collected.some((result) => result.pending),
    duplicates,
    deadKeys: entries.flatMap(({ key }) => whyDead(key) ?? []),
    fingerprint: fingerprint(entries, faults),
  };
}

interface SourceResult {
  readonly entries: readonly ResolvedEntry[];
  readonly faults: readonly SourceFault[];
  readonly pending: boolean;
}

function readSource(source: SourceKey, state: SourceState, registry: string | undefined): SourceResult {
  const fault = (reason: ResolveReason, message: string): SourceResult => ({
    entries: [],
    faults: [{ source, reason, message }],
    pending: false,
  });
  switch (state.kind) {
    case 'pending':
      return { entries: [], faults: [], pending: true };
    case 'absent':
      return fault('SecretNotFound', `Secret ${source} does not exist`);
    case 'not-allowed':
      return fault(
        'NamespaceNotAllowed',
        `Secret ${source} lies outside of the operator's source namespaces; start it with --source-namespaces to add one`,
      );
    case 'forbidden':
      return fault('Forbidden', state.message);
    case 'found':
      return readFound(source, state.secret, registry, fault);
  }
}

function readFound(
  source: SourceKey,
  secret: Secret,
  registry: string | undefined,
  fault: (reason: ResolveReason, message: string) => SourceResult,
): SourceResult {
  if (hasMarker(secret.metadata))
    return fault(
      'SecretInvalid',
      `Secret ${source} is a copy that this operator made; name the Secret it was made from`,
    );
  const parsed = parseSource(secret, registry);
  if (parsed.kind === 'problem') return fault(parsed.reason, `Secret ${source} cannot be used: ${parsed.message}`);
  const sourceResourceVersion = secret.metadata.resourceVersion ?? '';
  const entries = parsed.entries.map((entry) => ({
    ...entry,
    registry: normaliseKey(entry.key),
    source,
    sourceResourceVersion,
  }));
  return { entries, faults: [], pending: false };
}

function firstOfEach(entries: readonly ResolvedEntry[]): { entries: ResolvedEntry[]; duplicates: string[] } {
  const byRegistry = new Map<string, ResolvedEntry>();
  const duplicates = new Set<string>();
  for (const entry of entries) {
    if (byRegistry.has(entry.registry)) duplicates.add(entry.registry);
    else byRegistry.set(entry.registry, entry);
  }
  return { entries: [...byRegistry.values()], duplicates: [...duplicates] };
}

function tooLarge(entries: readonly ResolvedEntry[]): readonly SourceFault[] {
  const first = entries[0];
  if (first === undefined) return [];
  const bytes = Buffer.byteLength(renderDockerConfig(entries));
  if (bytes <= MAX_SECRET_BYTES) return [];
  return [
    {
      source: first.source,
      reason: 'SecretInvalid',
      message: `the credentials come to ${bytes.toString()} bytes together; a Secret holds ${MAX_SECRET_BYTES.toString()}`,
    },
  ];
}

function fingerprint(entries: readonly ResolvedEntry[], faults: readonly SourceFault[]): string {
  const hash = createHash('sha256');
  hash.update(renderDockerConfig(entries));
  for (const { source, reason } of faults) hash.update(JSON.stringify([source, reason]));
  return hash.digest('base64');
}

/** What to do about a source that RBAC does not let the operator read. */
export const forbiddenSource = (key: SourceKey, namespace: string): string =>
  `the operator may not read Secret ${key}; it needs a Role in namespace ${namespace} that allows get, list and watch of secrets ` +
  `(config/components/source-namespace makes one)`;
