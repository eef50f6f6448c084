/** The grammar of image references: distribution/reference v0.6 (`regexp.go`, `reference.go`), which all container runtimes use. */
import { all, isDigit, isHex, isLetterOrDigit, isLowerHex, isLowerOrDigit } from '../chars.ts';

/** Longest repository, without its host (`RepositoryNameTotalLengthMax`). */
const MAX_REPOSITORY = 255;
const MAX_TAG = 128;
/** Digits of each digest algorithm that the runtimes know. */
const DIGEST_DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** `host`, `host:port`, `[address]` or `[address]:port`. */
export function isHost(text: string): boolean {
  const { name, port } = splitPort(text);
  return (port === undefined || all(port, isDigit)) && (isAddress(name) || name.split('.').every(isLabel));
}

/** Takes the port off, where there is one. */
export function splitPort(host: string): { readonly name: string; readonly port?: string } {
  const colon = host.lastIndexOf(':');
  return colon < 0 || colon < host.lastIndexOf(']')
    ? { name: host }
    : { name: host.slice(0, colon), port: host.slice(colon + 1) };
}

const isAddress = (name: string): boolean =>
  name.startsWith('[') && name.endsWith(']') && all(name.slice(1, -1), (char) => char === ':' || isHex(char));

const isLabel = (label: string): boolean =>
  all(label, (char) => char === '-' || isLetterOrDigit(char)) && !label.startsWith('-') && !label.endsWith('-');

export const isRepository = (path: string): boolean =>
  path.length <= MAX_REPOSITORY && path.split('/').every(isComponent);

/** Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them. */
function isComponent(component: string): boolean {
  let separator = '';
  for (const char of component) {
    if (!isLowerOrDigit(char)) {
      if (!'._-'.includes(char)) return false;
      separator += char;
    } else {
      if (!isSeparator(separator)) return false;
      separator = '';
    }
  }
  return component !== '' && separator === '' && isLowerOrDigit(component.charAt(0));
}

const isSeparator = (text: string): boolean =>
  text === '' || text === '.' || text === '_' || text === '__' || all(text, (char) => char === '-');

export const isTag = (tag: string): boolean =>
  tag.length <= MAX_TAG &&
  all(tag, (char) => '_.-'.includes(char) || isLetterOrDigit(char)) &&
  !tag.startsWith('.') &&
  !tag.startsWith('-');

export function isDigest(digest: string): boolean {
  const colon = digest.indexOf(':');
  const digits = digest.slice(colon + 1);
  return colon > 0 && DIGEST_DIGITS[digest.slice(0, colon)] === digits.length && all(digits, isLowerHex);
}

/** Sixty-four hexadecimal digits alone are an image's identifier, and no name. */
export const isIdentifier = (text: string): boolean => text.length === 64 && all(text, isLowerHex);
