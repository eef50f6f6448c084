import type { PolicyName } from '../api/keys.ts';
import { policyName } from '../api/keys.ts';
import type { ObjectMeta } from '../api/objects.ts';
import {
  CONTRIBUTORS_ANNOTATION,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  PULL_SECRETS_ANNOTATION,
  RETAINED_ANNOTATION,
} from '../names.ts';

type Metadata = Pick<ObjectMeta, 'labels' | 'annotations'>;

/** Which policy feeds which keys of a copy. */
export type Contributions = ReadonlyMap<PolicyName, readonly string[]>;

/** Whether a Secret carries both halves of our marker. A third thing makes it ours: a name that some policy's `status.secretNames` holds. */
export function hasMarker(metadata: Metadata): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY_VALUE && readContributions(metadata) !== undefined;
}

export const isRetained = (metadata: Metadata): boolean => metadata.annotations?.[RETAINED_ANNOTATION] !== undefined;

/** The record on a copy, or undefined where there is none, or one that somebody edited into something else. */
export function readContributions(metadata: Metadata): Contributions | undefined {
  const parsed = parse(metadata.annotations?.[CONTRIBUTORS_ANNOTATION]);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const contributions = new Map<PolicyName, readonly string[]>();
  for (const [policy, keys] of Object.entries(parsed)) {
    if (!isStrings(keys)) return undefined;
    contributions.set(policyName(policy), keys);
  }
  return contributions;
}

/** The annotation's value: sorted, so that the same contributions always read the same. */
export function writeContributions(contributions: Contributions): string {
  const entries = [...contributions].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries.map(([policy, keys]) => [policy, [...keys].sort()])));
}

/** How the guard finds names in a record. One that it cannot find (`"\\u0061"` for `"a"`) is not ours to remove: it would refuse that for ever. */
const GUARDED_NAMES = /"[-a-z0-9.]+"/g;

/** Names recorded on a ServiceAccount under `annotation`; none where the record is lost or does not parse. */
export function readNames(
  metadata: Metadata,
  annotation: typeof PULL_SECRETS_ANNOTATION | typeof RETAINED_ANNOTATION,
): readonly string[] {
  const text = metadata.annotations?.[annotation];
  const parsed = parse(text);
  const guarded = new Set(text?.match(GUARDED_NAMES));
  return isStrings(parsed) ? parsed.filter((name) => guarded.has(`"${name}"`)) : [];
}

/** The annotation's value, or null, which removes it in a merge patch. */
export const writeNames = (names: Iterable<string>): string | null => {
  const sorted = [...new Set(names)].sort();
  return sorted.length === 0 ? null : JSON.stringify(sorted);
};

const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
