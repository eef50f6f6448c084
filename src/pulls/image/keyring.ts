/**
 * Which credential the kubelet sends for an image. Source of the rules: kubernetes `pkg/credentialprovider/keyring.go`, and
 * `secrets/secrets.go`: all Secrets of a pod make one keyring.
 */
import { DOCKER_HUB, DOCKER_HUB_KEY_HOST } from '../../registry/hub.ts';
import { all, isSpace, some } from '../chars.ts';
import { splitPort } from './image-grammar.ts';
import { type ImageReference, parseImage } from './image-reference.ts';

interface Key {
  readonly host: string;
  /** With its leading slash; empty where the key is for the whole host. */
  readonly path: string;
}

/** Whether the kubelet would send the credential under `key` for the image, if it were the only one of the pod. */
export const wouldUse = (key: string, image: string): boolean => whyNotUsed(key, image) === undefined;

/**
 * Why the kubelet would not send the credential under `key` for the image.
 * @param key key of a docker config's `auths`, as its author wrote it
 * @param image as the pod's spec has it
 * @param others the other keys of the pod's Secrets: one that matches keeps the kubelet from looking for Docker Hub's
 * @returns a sentence without full stop; undefined where it would send it
 */
export function whyNotUsed(key: string, image: string, others: readonly string[] = []): string | undefined {
  const reference = parseImage(image);
  if (reference === undefined) return `${image} is not the name of an image`;
  const mismatch = whyNoMatch(parseKey(key), reference);
  if (mismatch === undefined || !isDefaultKey(key) || !looksInDefault(reference)) return mismatch;
  const shadow = others.find((other) => matches(other, reference));
  return shadow === undefined
    ? undefined
    : `the key ${shadow} matches the image, so that the kubelet does not look for ${DOCKER_HUB_KEY_HOST}`;
}

/**
 * The keys whose credentials the kubelet tries for an image, in its order: more specific ones first.
 * @param keys all keys of the pod's Secrets
 */
export function keysFor(keys: readonly string[], image: string): readonly string[] {
  const reference = parseImage(image);
  if (reference === undefined) return [];
  const matching = keys.filter((key) => matches(key, reference));
  if (matching.length > 0) return matching.sort((a, b) => compare(indexOf(b), indexOf(a)));
  return looksInDefault(reference) ? keys.filter(isDefaultKey) : [];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const matches = (key: string, image: ImageReference): boolean => whyNoMatch(parseKey(key), image) === undefined;

/** What the kubelet sorts keys by. */
function indexOf(key: string): string {
  const { host, path } = parseKey(key);
  return host + path;
}

const isDefaultKey = (key: string): boolean => indexOf(key) === DOCKER_HUB_KEY_HOST;

/** Hosts without dot and colon, `localhost` among them, get Docker Hub's credentials too. */
const looksInDefault = ({ host }: ImageReference): boolean =>
  host === DOCKER_HUB || (!host.includes('.') && !host.includes(':'));

function parseKey(key: string): Key {
  const scheme = ['https://', 'http://'].find((each) => key.startsWith(each)) ?? '';
  const bare = key.slice(scheme.length);
  const slash = bare.indexOf('/');
  if (slash < 0) return { host: bare, path: '' };
  const path = bare.slice(slash);
  const kept = path.startsWith('/v1/') || path.startsWith('/v2/') ? path.slice(3) : path;
  return { host: bare.slice(0, slash), path: kept === '/' ? '' : kept };
}

function whyNoMatch(key: Key, image: ImageReference): string | undefined {
  const [wanted, given] = [splitPort(key.host), splitPort(image.host)];
  if (some(key.host, isSpace)) return `${key.host} is not a host`;
  if ((wanted.port ?? '') !== (given.port ?? '')) {
    return `its port ${wanted.port ?? '(none)'} is not the port ${given.port ?? '(none)'} of ${image.host}`;
  }
  if (!hostMatches(withoutBrackets(wanted), withoutBrackets(given)))
    return `its host ${key.host} does not match ${image.host}`;
  return `/${image.repository}`.startsWith(key.path)
    ? undefined
    : `its path ${key.path} does not begin ${image.repository}`;
}

/** Go takes the brackets off an address only where a port follows; with them it is a pattern that matches one character. */
const withoutBrackets = ({ name, port }: { readonly name: string; readonly port?: string }): string =>
  port !== undefined && name.startsWith('[') ? name.slice(1, -1) : name;

function hostMatches(pattern: string, host: string): boolean {
  if (pattern.includes('[')) return false;
  const [patterns, labels] = [pattern.split('.'), host.split('.')];
  return patterns.length === labels.length && patterns.every((each, index) => globMatches(each, labels[index] ?? ''));
}

/** `*` for any text, `?` for one character; goes back to the last `*` only, so at most pattern times text steps. */
function globMatches(pattern: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < text.length;) {
    const sign = pattern.charAt(at);
    if (sign === '*') {
      [star, resume] = [at, index];
      at += 1;
    } else if (sign === text.charAt(index) || sign === '?') {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      [at, resume] = [star + 1, resume + 1];
      index = resume;
    } else return false;
  }
  return at === pattern.length || all(pattern.slice(at), (sign) => sign === '*');
}
