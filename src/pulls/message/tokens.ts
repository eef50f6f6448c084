import { among, isHex, isLetterOrDigit, some, SPACE } from '../chars.ts';

/**
 * A piece of a message. `url` and `name` (of an image, a file, a digest, an address with port) are opaque: nothing in them is ever
 * taken for words, whatever they spell. Text is in lower case.
 */
export interface Token {
  readonly kind: 'word' | 'mark' | 'url' | 'name';
  readonly text: string;
}

/** They part words and mean nothing else here. `[` and `]` too, except around an address. */
const isSeparator = among(`${SPACE}"'\`()<>[]{}|;!=\\`);
/** They end a URL, which may hold the other separators. */
const isUrlEnd = among(`${SPACE}"<>\`\\`);
/** They belong to the sentence when they end a word. */
const isMark = among(':,');
const isTrailing = among('.,:;?!)]}');
/** They make a name of what they stand in. */
const isNameSign = among('/:@');
/** Longest `[address]`: 39 characters in full, and the brackets. */
const MAX_ADDRESS = 41;

/** Words with a slash or colon inside that are no names. */
const WORDS: ReadonlySet<string> = new Set(['i/o', 'username/password', 'http/1.0', 'http/1.1', 'http/2', 'http/2.0']);
/** Before a colon without a space, they introduce a number: `status:429`. */
const LABELS: ReadonlySet<string> = new Set(['status', 'code', 'statuscode', 'status_code', 'http']);

/** Cuts a message into tokens, in one pass. Marks are `:` and `,`; other punctuation is dropped. */
export function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const skipped = skip(text, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const char = text.charAt(at);
    if (isMark(char)) {
      tokens.push({ kind: 'mark', text: char });
      at += 1;
      continue;
    }
    const end = endOfWord(text, at);
    tokens.push(...toTokens(text.slice(at, end)));
    at = end;
  }
  return tokens;
}

/** Where the separators that begin here end; an escaped line break (`\n` in quoted text) is one. */
function skip(text: string, at: number): number {
  const char = text.charAt(at);
  if (char === '\\') return 'nrt'.includes(text.charAt(at + 1)) ? at + 2 : at + 1;
  if (char === '[' && addressEnd(text, at) > at) return at;
  return isSeparator(char) ? at + 1 : at;
}

function endOfWord(text: string, start: number): number {
  let at = Math.max(addressEnd(text, start), start);
  while (at < text.length) {
    const char = text.charAt(at);
    if (isSeparator(char)) return at;
    if (char === ':' && text.startsWith('://', at)) return endOfUrl(text, at);
    at += 1;
  }
  return at;
}

function endOfUrl(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isUrlEnd(text.charAt(at))) at += 1;
  return at;
}

/** The end of an IPv6 address in brackets that begins here, or -1. */
function addressEnd(text: string, start: number): number {
  if (text.charAt(start) !== '[') return -1;
  let at = start + 1;
  let colons = 0;
  while (at < start + MAX_ADDRESS && (text.charAt(at) === ':' || isHex(text.charAt(at)))) {
    if (text.charAt(at) === ':') colons += 1;
    at += 1;
  }
  return colons > 1 && text.charAt(at) === ']' ? at + 1 : -1;
}

function toTokens(raw: string): readonly Token[] {
  const { body, mark } = trimEnd(raw);
  const marks: readonly Token[] = mark === '' ? [] : [{ kind: 'mark', text: mark }];
  if (!some(body, (char) => isLetterOrDigit(char) || char > '\u007f')) return marks;
  const text = body.toLowerCase();
  const colon = text.indexOf(':');
  if (colon < 0 || !LABELS.has(text.slice(0, colon))) return [toToken(text), ...marks];
  return [word(text.slice(0, colon)), { kind: 'mark', text: ':' }, toToken(text.slice(colon + 1)), ...marks];
}

/** Takes the sentence's punctuation off a word; says which mark stood last, if any. */
function trimEnd(raw: string): { body: string; mark: string } {
  let end = raw.length;
  let mark = '';
  while (end > 0 && isTrailing(raw.charAt(end - 1)) && !closesAddress(raw, end)) {
    end -= 1;
    if (isMark(raw.charAt(end))) mark = raw.charAt(end);
  }
  return { body: raw.slice(0, end), mark };
}

/** `[2001:db8::]` ends an address; nothing of the sentence. */
const closesAddress = (raw: string, end: number): boolean => raw.charAt(end - 1) === ']' && raw.charAt(end - 2) === ':';

const word = (text: string): Token => ({ kind: 'word', text });

function toToken(text: string): Token {
  const scheme = text.indexOf('://');
  // `docker://` is how CRI-O writes the name of an image.
  if (scheme >= 0)
    return text.startsWith('docker://') ? { kind: 'name', text: text.slice(scheme + 3) } : { kind: 'url', text };
  if (WORDS.has(text)) return word(text);
  return some(text, isNameSign) ? { kind: 'name', text } : word(text);
}
