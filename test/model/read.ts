import type { Secret, ServiceAccount } from '../../src/api/objects.ts';
import {
  type Account,
  type Auths,
  canonical,
  type Labels,
  type PullEntry,
  put,
  type Sec,
  SECRET_NAMES,
} from './world.ts';

/** Objects of the cluster in the model's terms. The keys are the operator's contract with the outside. */

export const LABEL = 'app.kubernetes.io/managed-by';
export const LABEL_VALUE = 'registry-credential-operator';
export const CONTRIBUTORS = 'registrycredentials.dev/contributors';
export const OWNED_METADATA = 'registrycredentials.dev/owned-metadata';
export const RETAINED = 'registrycredentials.dev/retained';
export const RECORD = 'registrycredentials.dev/image-pull-secrets';
const OWN_ANNOTATIONS = [CONTRIBUTORS, OWNED_METADATA, RETAINED, RECORD];

export function readSecret({ type = 'Opaque', immutable = false, data = {}, metadata }: Secret): Sec {
  const { labels = {}, annotations = {} } = metadata;
  const feeds = annotations[CONTRIBUTORS];
  const asked = objectIn(annotations[OWNED_METADATA]);
  return {
    type,
    immutable,
    content: contentOf(data),
    labelled: labels[LABEL] === LABEL_VALUE,
    ...(feeds !== undefined && {
      feeds: Object.fromEntries(Object.entries(objectIn(feeds)).map(([policy, keys]) => [policy, stringsIn(keys)])),
    }),
    retained: RETAINED in annotations,
    labels: put(labels, LABEL, undefined),
    annotations: OWN_ANNOTATIONS.reduce<Labels>((rest, key) => put(rest, key, undefined), annotations),
    askedLabels: [...stringsIn(asked['labels'])].sort(),
    askedAnnotations: [...stringsIn(asked['annotations'])].sort(),
  };
}

/** @throws Error where `auths` of a docker config are not in sorted order: the same input would not give the same bytes */
function contentOf(data: Readonly<Record<string, string>>): Auths | string {
  const decoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
  const { '.dockerconfigjson': config, ...others } = decoded;
  if (config === undefined || Object.keys(others).length > 0) return canonical(decoded);
  try {
    const { auths, ...rest } = objectIn(config);
    if (Object.keys(rest).length > 0) return canonical(decoded);
    return Object.fromEntries(Object.entries(object(auths)).map(([key, entry]) => [key, object(entry)]));
  } catch {
    return canonical(decoded);
  }
}

export function readAccount({ metadata, imagePullSecrets = [], ...others }: ServiceAccount): Account {
  const { labels = {}, annotations = {}, ownerReferences, finalizers } = { ownerReferences: undefined, ...metadata };
  const record = stringsIn(parsed(annotations[RECORD] ?? '[]'));
  const retained = stringsIn(parsed(annotations[RETAINED] ?? '[]'));
  const foreign = OWN_ANNOTATIONS.reduce<Labels>((rest, key) => put(rest, key, undefined), annotations);
  return {
    labels,
    entries: imagePullSecrets.map(({ name = '' }) => ({ name, owner: ownerOf(name, record, retained) })),
    ghosts: ghostsIn(imagePullSecrets, record, retained),
    rest: canonical({ ...others, apiVersion: undefined, kind: undefined, foreign, ownerReferences, finalizers }),
  };
}

function ghostsIn(
  entries: readonly { readonly name?: string }[],
  record: readonly string[],
  retained: readonly string[],
): NonNullable<Account['ghosts']> {
  const absent = (name: string): boolean => !entries.some((entry) => entry.name === name);
  return Object.fromEntries([
    ...retained.filter(absent).map((name) => [name, 'retained'] as const),
    ...record.filter(absent).map((name) => [name, 'ours'] as const),
  ]);
}

const ownerOf = (name: string, record: readonly string[], retained: readonly string[]): PullEntry['owner'] =>
  record.includes(name) ? 'ours' : retained.includes(name) ? 'retained' : 'theirs';

export const isTarget = (name: string): boolean => SECRET_NAMES.some((target) => target === name);

const parsed = (text: string): unknown => JSON.parse(text);
const objectIn = (text: string | undefined): Readonly<Record<string, unknown>> => object(parsed(text ?? '{}'));
const stringsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** @throws TypeError for what is no JSON object */
function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
  return Object.fromEntries(Object.entries(value));
}
