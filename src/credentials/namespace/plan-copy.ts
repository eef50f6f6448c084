import type { SecretName } from '../../api/keys.ts';
import {
  CONTRIBUTORS_ANNOTATION,
  DOCKER_CONFIG_JSON_KEY,
  DOCKER_CONFIG_JSON_TYPE,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  OWNED_METADATA_ANNOTATION,
  RETAINED_ANNOTATION,
} from '../../names.ts';
import type { DesiredCopy } from './desired.ts';
import { held } from './failure.ts';
import { type Json, mergePatch } from '../merge-patch.ts';
import type { Failure } from './outcome.ts';
import { writeContributions, writeNames } from '../ownership.ts';
import { MAX_SECRET_BYTES } from '../sources/resolve.ts';
import type { Ownership } from './situation.ts';
import type { CopyEntry } from '../slim.ts';

type Labels = Readonly<Record<string, string>>;
type Patch = Readonly<Record<string, Json>>;

/** The part of a Secret that is ours to write. */
export interface CopyBody {
  readonly labels: Labels;
  readonly annotations: Labels;
  /** The `.dockerconfigjson` value, base64. */
  readonly content: string;
  readonly contentHash: string;
}

/** What is to be done about one copy. */
export type CopyStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'create'; readonly body: CopyBody }
  | { readonly kind: 'update' | 'adopt'; readonly found: CopyEntry; readonly patch: Patch }
  /** Delete and create: its type or immutability stand in the way. */
  | { readonly kind: 'replace'; readonly found: CopyEntry; readonly body: CopyBody }
  | { readonly kind: 'delete'; readonly found: CopyEntry }
  /** Keep it, without our marker. */
  | { readonly kind: 'release'; readonly found: CopyEntry; readonly patch: Patch }
  | { readonly kind: 'obstacle'; readonly failure: Failure };

export interface Candidate {
  readonly name: SecretName;
  readonly found: CopyEntry | undefined;
  readonly ownership: Ownership;
  readonly desired: DesiredCopy;
}

/** Brings one copy to what it ought to be. Pure. */
export function planCopy(candidate: Candidate): CopyStep {
  const failure = obstacle(candidate);
  if (failure !== undefined) return { kind: 'obstacle', failure };
  const { found, ownership, desired } = candidate;
  const body = bodyOf(desired);
  if (found === undefined) return { kind: 'create', body };
  if (mustReplace(found, desired)) return { kind: 'replace', found, body };
  const patch = patchTo(found, body);
  if (patch === undefined) return { kind: 'none' };
  return { kind: ownership === 'foreign' ? 'adopt' : 'update', found, patch };
}

type Check = (candidate: Candidate) => Failure | undefined;

/** Why this copy cannot be written now, or undefined. The first check that objects gives the answer. */
export function obstacle(candidate: Candidate): Failure | undefined {
  for (const check of [heldByFinalizer, foreignSecret, retainedInTheWay, tooLarge, recordTooLarge]) {
    const failure = check(candidate);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

const heldByFinalizer: Check = ({ found }) => (found?.terminating === true ? held(found.name) : undefined);

const foreignSecret: Check = ({ found, ownership, desired }) =>
  found !== undefined && ownership === 'foreign' && !(desired.adopt && isAdoptable(found))
    ? failed(
        'Conflict',
        `Secret ${found.name} exists and is not managed by this operator${desired.adopt ? whyNotAdopted(found) : ''}`,
      )
    : undefined;

/** Without our marker it may not be deleted, and its type and immutability do not change otherwise. */
const retainedInTheWay: Check = ({ found, ownership, desired }) =>
  found !== undefined && ownership === 'retained' && mustReplace(found, desired)
    ? failed(
        'Conflict',
        `Secret ${found.name} was left here and somebody has changed its type or made it immutable since`,
      )
    : undefined;

/** An object's annotations may have 256 KiB in all (apimachinery `TotalAnnotationSizeLimitB`); the rest is for those of others. */
const MAX_RECORD_BYTES = 192 * 1024;

const recordTooLarge: Check = ({ desired }) =>
  Buffer.byteLength(writeContributions(desired.contributions)) > MAX_RECORD_BYTES
    ? failed('TooLarge', 'the credentials of all policies name too many registries to record which policy feeds which')
    : undefined;

const tooLarge: Check = ({ desired }) =>
  desired.bytes > MAX_SECRET_BYTES
    ? failed(
        'TooLarge',
        `the credentials of all policies come to ${desired.bytes.toString()} bytes; a Secret holds ${MAX_SECRET_BYTES.toString()}`,
      )
    : undefined;

const isAdoptable = (found: CopyEntry): boolean => found.type === DOCKER_CONFIG_JSON_TYPE && !found.immutable;

const whyNotAdopted = (found: CopyEntry): string =>
  found.immutable
    ? '; it is immutable, so it cannot be adopted'
    : `; it has type ${found.type}, and only ${DOCKER_CONFIG_JSON_TYPE} can be adopted`;

const failed = (reason: Failure['reason'], message: string): Failure => ({
  kind: 'failed',
  reason,
  message,
  retry: 'on-change',
});

/** An immutable copy is replaced only when its content must change; metadata may change in place. */
const mustReplace = (found: CopyEntry, desired: DesiredCopy): boolean =>
  found.type !== DOCKER_CONFIG_JSON_TYPE || (found.immutable && !hasContent(found, desired.contentHash));

const hasContent = (found: CopyEntry, hash: string): boolean =>
  found.contentHash === hash && found.dataKeys.length === 1;

function bodyOf({ labels, annotations, contributions, content, contentHash }: DesiredCopy): CopyBody {
  const owned = ownedMetadata(labels, annotations);
  return {
    labels: { ...labels, [MANAGED_BY_LABEL]: MANAGED_BY_VALUE },
    annotations: {
      ...annotations,
      [CONTRIBUTORS_ANNOTATION]: writeContributions(contributions),
      ...(owned !== undefined && { [OWNED_METADATA_ANNOTATION]: owned }),
    },
    content,
    contentHash,
  };
}

/** Record of the keys that `spec.secret` asked for; undefined where it asked for none. */
function ownedMetadata(labels: Labels, annotations: Labels): string | undefined {
  const [l, a] = [Object.keys(labels).sort(), Object.keys(annotations).sort()];
  return l.length + a.length === 0 ? undefined : JSON.stringify({ labels: l, annotations: a });
}

function readOwnedMetadata(found: CopyEntry): { labels: readonly string[]; annotations: readonly string[] } {
  const keys = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter((key) => typeof key === 'string') : [];
  try {
    const parsed: unknown = JSON.parse(found.annotations[OWNED_METADATA_ANNOTATION] ?? '{}');
    const { labels, annotations } = Object(parsed) as { labels?: unknown; annotations?: unknown };
    return { labels: keys(labels), annotations: keys(annotations) };
  } catch {
    return { labels: [], annotations: [] };
  }
}

/** Only our fields change; what others added stays. */
function patchTo(found: CopyEntry, body: CopyBody): Patch | undefined {
  const owned = readOwnedMetadata(found);
  const ourAnnotations = [
    ...owned.annotations,
    CONTRIBUTORS_ANNOTATION,
    OWNED_METADATA_ANNOTATION,
    RETAINED_ANNOTATION,
  ];
  const metadata = mergePatch(
    {
      labels: pick(found.labels, [...owned.labels, ...Object.keys(body.labels)]),
      annotations: pick(found.annotations, [...ourAnnotations, ...Object.keys(body.annotations)]),
    },
    { labels: body.labels, annotations: body.annotations },
  );
  const data = hasContent(found, body.contentHash) ? undefined : dataPatch(found, body.content);
  if (metadata === undefined && data === undefined) return undefined;
  return { metadata: { ...metadata, resourceVersion: found.resourceVersion }, ...(data !== undefined && { data }) };
}

function dataPatch(found: CopyEntry, content: string): Patch {
  const others = found.dataKeys.filter((key) => key !== DOCKER_CONFIG_JSON_KEY);
  return { ...Object.fromEntries(others.map((key) => [key, null])), [DOCKER_CONFIG_JSON_KEY]: content };
}

const pick = (from: Labels, keys: readonly string[]): Labels =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));

/**
 * What becomes of a copy that nobody wants any more. Pure.
 * @param left the policies that leave it, none of them contributing elsewhere in it
 * @param retain the last leaver's `deletionPolicy` is `Retain`
 */
export function planDeparture(found: CopyEntry, left: readonly string[], retain: boolean): CopyStep {
  if (retain) return { kind: 'release', found, patch: releasePatch(found, left) };
  if (found.terminating)
    return {
      kind: 'obstacle',
      failure: held(found.name),
    };
  return { kind: 'delete', found };
}

function releasePatch(found: CopyEntry, left: readonly string[]): Patch {
  return {
    metadata: {
      resourceVersion: found.resourceVersion,
      labels: { [MANAGED_BY_LABEL]: null },
      annotations: { [CONTRIBUTORS_ANNOTATION]: null, [RETAINED_ANNOTATION]: writeNames(left) },
    },
  };
}
