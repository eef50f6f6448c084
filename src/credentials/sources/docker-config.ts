import type { Secret } from '../../api/objects.ts';
import {
  BASIC_AUTH_TYPE,
  DOCKER_CFG_KEY,
  DOCKER_CFG_TYPE,
  DOCKER_CONFIG_JSON_KEY,
  DOCKER_CONFIG_JSON_TYPE,
} from '../../names.ts';
import { keyForRegistry, normaliseKey } from '../../registry/key.ts';

/** One entry of `auths`: its key as the source wrote it, and its fields, unknown ones too. */
export interface AuthEntry {
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type SourceProblem = 'SecretInvalid' | 'SecretTypeUnsupported';

export type ParsedSource =
  | { readonly kind: 'entries'; readonly entries: readonly AuthEntry[] }
  | { readonly kind: 'problem'; readonly reason: SourceProblem; readonly message: string };

/** Messages name the fault and never quote the content: it may be a credential, above all where it does not parse. */
const invalid = (message: string): ParsedSource => ({ kind: 'problem', reason: 'SecretInvalid', message });

/**
 * Reads the credentials out of a source Secret.
 * @param secret as the API server sent it, values in base64
 * @param registry for basic-auth the registry that the login is for; for a docker config only this entry of it is taken
 */
export function parseSource(secret: Secret, registry: string | undefined): ParsedSource {
  switch (secret.type) {
    case DOCKER_CONFIG_JSON_TYPE:
      return fromDockerConfig(secret, DOCKER_CONFIG_JSON_KEY, (root) => root['auths'], registry);
    case DOCKER_CFG_TYPE:
      return fromDockerConfig(secret, DOCKER_CFG_KEY, (root) => root, registry);
    case BASIC_AUTH_TYPE:
      return fromBasicAuth(secret, registry);
    default:
      return {
        kind: 'problem',
        reason: 'SecretTypeUnsupported',
        message: `it has type ${secret.type ?? 'Opaque'}; use ${DOCKER_CONFIG_JSON_TYPE}, ${DOCKER_CFG_TYPE} or ${BASIC_AUTH_TYPE}`,
      };
  }
}

type Fields = Record<string, unknown>;
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !isList(value);

function fromDockerConfig(
  secret: Secret,
  dataKey: string,
  authsOf: (root: Fields) => unknown,
  registry: string | undefined,
): ParsedSource {
  const encoded = secret.data?.[dataKey];
  if (encoded === undefined || encoded === '') return invalid(`it has no ${dataKey}`);
  const root = parseJson(decodeBase64(encoded));
  if (!isObject(root)) return invalid(`its ${dataKey} is not a JSON object`);
  const auths = authsOf(root);
  if (!isObject(auths) || Object.keys(auths).length === 0) return invalid(`its ${dataKey} has no entries under auths`);
  // Keys are shown to people, in the status and in annotations.
  if (Object.keys(auths).some((key) => UNPRINTABLE_KEY.test(key)))
    return invalid('it has an entry whose registry holds a login, a query, a space or a control character');
  return registry === undefined ? toEntries(Object.entries(auths)) : onlyEntry(auths, registry);
}

/** A login before the host or a token in a query would be shown to everybody; a line break would forge lines of a log. */
const UNPRINTABLE_KEY = /[@?#\p{Cc}]|\S\s+\S/u;

function onlyEntry(auths: Fields, registry: string): ParsedSource {
  const wanted = normaliseKey(keyForRegistry(registry));
  const found = Object.entries(auths).filter(([key]) => normaliseKey(key) === wanted || key === registry);
  if (found.length > 0) return toEntries(found);
  return invalid(
    `it has no entry for the registry ${registry}; it has ${Object.keys(auths).sort().slice(0, 5).join(', ')}`,
  );
}

function toEntries(auths: readonly (readonly [string, unknown])[]): ParsedSource {
  const entries: AuthEntry[] = [];
  for (const [key, value] of auths) {
    const entry = toEntry(key, value);
    if (typeof entry === 'string') return invalid(entry);
    entries.push(entry);
  }
  return { kind: 'entries', entries };
}

/** Fields that the kubelet reads; anything else than text in one of them makes it drop the whole Secret. */
const TEXT_FIELDS = ['auth', 'username', 'password', 'email'] as const;

/** A usable entry, or what is wrong with it. One that the kubelet cannot decode would make it drop the whole Secret. */
function toEntry(key: string, value: unknown): AuthEntry | string {
  if (key.trim() === '') return 'it has an entry whose registry is empty';
  if (!isObject(value)) return `its entry for ${key} is not a JSON object`;
  const odd = TEXT_FIELDS.find((name) => !isTextOrNothing(value[name]));
  if (odd !== undefined) return `its entry for ${key} has a ${odd} that is not text`;
  const { auth, username, password } = value;
  if (isText(auth)) {
    return decodeBase64(auth)?.includes(':') === true
      ? { key, fields: value }
      : `its entry for ${key} has an auth that is not base64 of user:password`;
  }
  if (!isText(username))
    return `its entry for ${key} has neither auth nor username; a credential helper may keep the login outside of the file`;
  if (isText(password)) return { key, fields: { ...value, auth: encodeBase64(`${username}:${password}`) } };
  const byToken = isText(value['identitytoken']) || isText(value['registrytoken']);
  return byToken ? { key, fields: value } : `its entry for ${key} has a username but no password`;
}

function fromBasicAuth(secret: Secret, registry: string | undefined): ParsedSource {
  if (registry === undefined)
    return invalid(
      `it has type ${BASIC_AUTH_TYPE}, which needs spec.credentials[].registry to say where the login belongs`,
    );
  const username = decodeBase64(secret.data?.['username'] ?? '');
  const password = decodeBase64(secret.data?.['password'] ?? '');
  if (!isText(username) || !isText(password)) return invalid('it lacks username or password');
  const auth = encodeBase64(`${username}:${password}`);
  return { kind: 'entries', entries: [{ key: keyForRegistry(registry), fields: { username, password, auth } }] };
}

const isTextOrNothing = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string';
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Parses without letting the parser's own message out: it quotes its input. */
function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const encodeBase64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/**
 * Text of a base64 value, or undefined where it is no base64. As strict as the kubelet (Go's `StdEncoding`, or `RawStdEncoding` where
 * there is no padding at all): an entry that it cannot decode would cost the namespace the whole Secret.
 */
export function decodeBase64(encoded: string): string | undefined {
  const compact = encoded.replace(/[\r\n]/g, '');
  return BASE64.test(compact) ? Buffer.from(compact, 'base64').toString('utf8') : undefined;
}

/**
 * The bytes of a copy: `{"auths": …}` with sorted keys throughout, so that the same credentials always give the same bytes.
 * @returns JSON text, not encoded
 */
export function renderDockerConfig(entries: Iterable<AuthEntry>): string {
  const sorted = [...entries].sort((a, b) => compare(a.key, b.key));
  return JSON.stringify({ auths: Object.fromEntries(sorted.map(({ key, fields }) => [key, sortKeys(fields)])) });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function sortKeys(value: unknown): unknown {
  if (isList(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compare(a, b))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

/** The entries of a copy as it lies in a namespace; none where it does not parse (somebody edited it). */
export function readDockerConfig(secret: Secret): readonly AuthEntry[] {
  const root = parseJson(decodeBase64(secret.data?.[DOCKER_CONFIG_JSON_KEY] ?? ''));
  const auths = isObject(root) ? root['auths'] : undefined;
  if (!isObject(auths)) return [];
  return Object.entries(auths).flatMap(([key, fields]) => (isObject(fields) ? [{ key, fields }] : []));
}
