import type { CredentialStatus } from '../../api/generated.ts';
import type { Policy } from '../../api/policy.ts';
import type { ResolvedEntry, Resolution } from '../sources/resolve.ts';

/**
 * Whether an entry's credential differs from the one that this process saw before.
 * `unknown` after a start: then a new resourceVersion of the source is taken for a rotation.
 */
export type ContentChanged = (entry: ResolvedEntry) => 'changed' | 'same' | 'unknown';

const MAX_CREDENTIALS = 20;
const MAX_REGISTRY = 255;

/**
 * `status.credentials`. `rotatedAt` is set when the credential is seen to change, and never at first sight. A policy whose
 * sources are broken keeps what it had. Pure.
 * @param now RFC 3339
 */
export function credentialStatuses(
  policy: Policy,
  resolution: Resolution,
  changed: ContentChanged,
  now: string,
): CredentialStatus[] {
  const before = policy.status.credentials ?? [];
  if (resolution.faults.length > 0 || resolution.pending) return before;
  return [...resolution.entries]
    .sort((a, b) => (a.registry < b.registry ? -1 : 1))
    .slice(0, MAX_CREDENTIALS)
    .map((entry) => credentialStatus(entry, before, changed, now));
}

function credentialStatus(
  entry: ResolvedEntry,
  before: readonly CredentialStatus[],
  changed: ContentChanged,
  now: string,
): CredentialStatus {
  const registry = entry.registry.slice(0, MAX_REGISTRY);
  const old = before.find((candidate) => candidate.registry === registry && candidate.source === entry.source);
  const rotatedAt = old !== undefined && isRotated(entry, old, changed) ? now : old?.rotatedAt;
  return {
    registry,
    source: entry.source,
    sourceResourceVersion: entry.sourceResourceVersion,
    ...(rotatedAt !== undefined && { rotatedAt }),
  };
}

function isRotated(entry: ResolvedEntry, old: CredentialStatus, changed: ContentChanged): boolean {
  if (old.sourceResourceVersion === entry.sourceResourceVersion) return false;
  return changed(entry) !== 'same';
}
