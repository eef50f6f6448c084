import { foldHost } from '../../registry/hub.ts';
import { isHost } from '../image/image-grammar.ts';
import { type ImageReference, parseImage } from '../image/image-reference.ts';
import type { Token } from './tokens.ts';

/** Before a host itself: `pulling from host H`, `pinging container registry H`. */
const BEFORE_HOST: ReadonlySet<string> = new Set(['host', 'registry']);

/** Who gave an answer. */
export interface Answerer {
  /** Docker Hub's hosts are folded. */
  readonly host: string;
  /** It was asked in the place of another: containerd tells such a host by the query `ns` which registry is meant. */
  readonly standsIn: boolean;
}

/**
 * Who gave the answer: the last host named before it, in a URL, in `host H`, or in CRI-O's `in HOST/REPOSITORY`. With a mirror it is
 * the mirror.
 * @param at the token with the answer
 */
export function answererBefore(cause: readonly Token[], at: number): Answerer | undefined {
  for (let index = Math.min(at, cause.length) - 1; index >= 0; index -= 1) {
    const host = hostAt(cause, index);
    if (host !== undefined) return { host: foldHost(host), standsIn: hasNamespace(cause[index]) };
  }
  return undefined;
}

function hasNamespace(token: Token | undefined): boolean {
  if (token?.kind !== 'url') return false;
  const query = token.text.indexOf('?');
  return (
    query >= 0 &&
    token.text
      .slice(query + 1)
      .split('&')
      .some((parameter) => parameter.startsWith('ns='))
  );
}

function hostAt(cause: readonly Token[], index: number): string | undefined {
  const [before, token] = [cause[index - 1], cause[index]];
  if (token === undefined || token.kind === 'mark') return undefined;
  if (token.kind === 'url') return hostOfUrl(token.text);
  if (before !== undefined && BEFORE_HOST.has(before.text)) return isQualifiedHost(token.text) ? token.text : undefined;
  return before?.text === 'in' && token.kind === 'name' ? qualified(token.text)?.host : undefined;
}

/** Host and port of a URL, without a login. */
function hostOfUrl(url: string): string | undefined {
  const rest = url.slice(url.indexOf('://') + 3);
  const ends = ['/', '?', '#'].map((end) => rest.indexOf(end)).filter((end) => end >= 0);
  const authority = rest.slice(0, Math.min(rest.length, ...ends));
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return isHost(host) ? host : undefined;
}

const isQualifiedHost = (text: string): boolean => (text.includes('.') || text.includes(':')) && isHost(text);

function qualified(text: string): ImageReference | undefined {
  const reference = parseImage(text);
  return reference?.qualified === true ? reference : undefined;
}

/**
 * The registry that a pull concerns: that of the image in the pod's spec. Where this is a short name, and the runtime tells where it
 * looked for it, that one: CRI-O has a search list of its own.
 */
export function registryOf(image: ImageReference, cause: readonly Token[]): string {
  if (image.qualified) return foldHost(image.host);
  const found = cause
    .flatMap(({ kind, text }) => (kind === 'name' ? (qualified(text) ?? []) : []))
    .find((name) => isSameName(name, image));
  return foldHost(found?.host ?? image.host);
}

const isSameName = (found: ImageReference, short: ImageReference): boolean =>
  found.repository === short.repository || `library/${found.repository}` === short.repository;
