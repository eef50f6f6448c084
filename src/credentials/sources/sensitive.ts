import type { Secret } from '../../api/objects.ts';
import { BASIC_AUTH_TYPE } from '../../names.ts';
import { decodeBase64, encodeBase64 } from './docker-config.ts';

/** What of a source must never be seen again. */
export interface Sensitive {
  readonly secrets: readonly string[];
  readonly userNames: readonly string[];
}

/** Field names of an entry that hold no secret. */
const HARMLESS: ReadonlySet<string> = new Set(['email']);

/** Whoever quotes an object quotes it as JSON, and Go's encoder escapes these too (encoding/json, HTMLEscape). */
const GO_ESCAPES: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/** The values, and what they look like inside a JSON string, as JavaScript and as Go write it. */
function everyForm(values: ReadonlySet<string>): readonly string[] {
  const forms = new Set(values);
  for (const value of values) {
    const quoted = JSON.stringify(value).slice(1, -1);
    forms.add(quoted).add(quoted.replace(/[<>&]/g, (char) => GO_ESCAPES[char] ?? char));
  }
  return [...forms];
}

/** Every value of a source Secret that is a credential, in each form in which it could turn up elsewhere. Pure. */
export function sensitiveValues(secret: Secret): Sensitive {
  const found = { secrets: new Set<string>(), userNames: new Set<string>() };
  for (const [key, encoded] of Object.entries(secret.data ?? {})) {
    const decoded = decodeBase64(encoded) ?? '';
    found.secrets.add(encoded);
    if (secret.type === BASIC_AUTH_TYPE) (key === 'username' ? found.userNames : found.secrets).add(decoded);
    else collectText(decoded, found);
  }
  if (secret.type === BASIC_AUTH_TYPE) collectLogin(textOf(secret, 'username'), textOf(secret, 'password'), found);
  return { secrets: everyForm(found.secrets), userNames: everyForm(found.userNames) };
}

const textOf = ({ data }: Secret, key: string): string | undefined => decodeBase64(data?.[key] ?? '');

interface Found {
  readonly secrets: Set<string>;
  readonly userNames: Set<string>;
}

function collectText(text: string, found: Found): void {
  try {
    collect('', JSON.parse(text), found);
  } catch {
    // Text that does not parse may hold a credential anywhere: every long word of it is taken for one.
    for (const word of text.match(/[^\s"'{}[\],:]{6,}/g) ?? []) found.secrets.add(word);
  }
}

function collect(name: string, value: unknown, found: Found): void {
  if (typeof value === 'string') collectValue(name, value, found);
  else if (typeof value === 'object' && value !== null) {
    if ('username' in value && 'password' in value) collectLogin(value.username, value.password, found);
    for (const [key, inner] of Object.entries(value)) collect(key, inner, found);
  }
}

/** The `auth` that a copy has where its source has none. */
function collectLogin(username: unknown, password: unknown, { secrets }: Found): void {
  if (typeof username === 'string' && typeof password === 'string')
    secrets.add(encodeBase64(`${username}:${password}`));
}

function collectValue(name: string, value: string, found: Found): void {
  if (HARMLESS.has(name)) return;
  if (name === 'username') {
    found.userNames.add(value);
    return;
  }
  found.secrets.add(value).add(encodeBase64(value));
  if (name !== 'auth') return;
  const login = decodeBase64(value) ?? '';
  const colon = login.indexOf(':');
  found.userNames.add(login.slice(0, colon));
  found.secrets.add(login.slice(colon + 1));
}
