import { all, among, isDigit, isLetterOrDigit, isLowerHex, SPACE } from '../chars.ts';
import { VOCABULARY } from './vocabulary.ts';

const MASKED = 'redacted';
const MASK = `[${MASKED}]`;

/** A login stands behind one of these words, in quotes (`as 'USER'`) or behind a colon or `=` (`username=USER`). */
const BEFORE_LOGIN: ReadonlySet<string> = new Set(['as', 'user', 'username', 'account', 'robot']);
/** Behind one of these no number is let out that is longer than a status of HTTP. */
const BEFORE_SECRET: ReadonlySet<string> = new Set(['password', 'secret', 'token', 'key', 'bearer', 'basic']);
/** Units of Go's durations. */
const UNITS: ReadonlySet<string> = new Set(['', 'ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h', 'hm', 'hms']);
/** Longer ones are projects, accounts, or worse. */
const MAX_NUMBER = 8;
const STATUS_DIGITS = 3;
const SHA256_DIGITS = 64;

const SCHEMES: readonly string[] = ['https://', 'http://'];

const isSpace = among(SPACE);
const isQuote = among('\'"`');
/** They end a run of characters that is judged as one; a quote or bracket inside a URL's login does too. */
const isEnd = among(`${SPACE}"'\`<>\\`);
const isTrailing = among('.,;:!');
const isAssignment = among(':=');
const isPartChar = (char: string): boolean => isLetterOrDigit(char) || char > '\u007f';

/**
 * Lets out of a runtime's message only words that are known to be nobody's, small numbers, and what the failure itself names; everything
 * else may be an account, a token, a signature. The Event has all of it, for those who may read Events. Goes through the message once.
 * What the operator itself has read of credentials is masked by the logger's redactor, after this.
 * @param named image and hosts that are told anyway
 */
export function redactMessage(message: string, named: readonly string[] = []): string {
  const names = new Set(named.flatMap((name) => partsOf(name).map(({ text }) => text)));
  const pieces: string[] = [];
  let before = '';
  for (let at = 0; at < message.length;) {
    const char = message.charAt(at);
    const opensLogin = isQuote(char) && BEFORE_LOGIN.has(lastPart(before)) && !isLetterOrDigit(message.charAt(at - 1));
    const end = opensLogin ? endOfQuoted(message, at) : isEnd(char) ? at + 1 : endOfRun(message, at);
    const piece = message.slice(at, end);
    pieces.push(opensLogin ? redactQuoted(piece) : isEnd(char) ? char : redactRun(piece, before, names));
    if (!isSpace(char) && char !== '\\') before = piece;
    at = end;
  }
  return pieces.join('');
}

function redactQuoted(quoted: string): string {
  const quote = quoted.charAt(0);
  return quote + MASK + (quoted.length > 1 && quoted.endsWith(quote) ? quote : '');
}

function endOfRun(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isEnd(text.charAt(at))) at += 1;
  return at;
}

/** Behind the closing quote; a message that was cut off has none. */
function endOfQuoted(text: string, start: number): number {
  const end = text.indexOf(text.charAt(start), start + 1);
  return end < 0 ? text.length : end + 1;
}

function redactRun(run: string, before: string, names: ReadonlySet<string>): string {
  let end = run.length;
  while (end > 0 && isTrailing(run.charAt(end - 1))) end -= 1;
  const kept = cutQuery(run.slice(0, end));
  const start = endOfLogin(kept);
  const scheme = SCHEMES.find((each) => kept.startsWith(each)) ?? '';
  const login = start === 0 ? '' : scheme + MASK;
  return login + maskParts(kept.slice(start), before, names) + run.slice(end);
}

/** Drops `?query` and `#fragment`. */
function cutQuery(text: string): string {
  const ends = [text.indexOf('?'), text.indexOf('#')].filter((end) => end >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

/** Where the last `@` stands behind a login, or in an address of mail; in front of a digest it is part of an image's name. */
function endOfLogin(text: string): number {
  const at = text.lastIndexOf('@');
  return Math.max(at >= 0 && text.startsWith('@sha', at) ? text.lastIndexOf('@', at - 1) : at, 0);
}

interface Part {
  /** In lower case. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Letters and digits that stand together. */
function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < text.length;) {
    let end = at;
    while (end < text.length && isPartChar(text.charAt(end))) end += 1;
    if (end > at) parts.push({ text: text.slice(at, end).toLowerCase(), start: at, end });
    at = end + 1;
  }
  return parts;
}

/** Masks from the first part that is not known to the last. @param before the run before this one */
function maskParts(run: string, before: string, names: ReadonlySet<string>): string {
  const parts = partsOf(run);
  const unknown = parts.filter((part, index) => {
    const [label, sign] = index === 0 ? labelOf(before) : [parts[index - 1]?.text ?? '', run.charAt(part.start - 1)];
    if (part.text === MASKED) return false;
    if (BEFORE_LOGIN.has(label) && isAssignment(sign)) return true;
    if (VOCABULARY.has(part.text) || names.has(part.text)) return false;
    const isSmallEnough = isSmall(part.text, BEFORE_SECRET.has(label) ? STATUS_DIGITS : MAX_NUMBER);
    return !isSmallEnough && !(label === 'sha256' && isDigest(part.text));
  });
  const [first, last] = [unknown[0], unknown.at(-1)];
  return first === undefined || last === undefined ? run : run.slice(0, first.start) + MASK + run.slice(last.end);
}

/** The last word of a run, and the sign behind it. */
const labelOf = (run: string): readonly [string, string] => [lastPart(run), run.charAt(run.length - 1)];

const lastPart = (text: string): string => partsOf(text).at(-1)?.text ?? '';

const isDigest = (part: string): boolean => part.length === SHA256_DIGITS && all(part, isLowerHex);

/** A single letter, a small number, or a duration. */
function isSmall(part: string, max: number): boolean {
  if (part.length === 1) return true;
  if (part.length > max || !isDigit(part.charAt(0))) return false;
  let unit = '';
  for (const char of part) if (!isDigit(char)) unit += char;
  return UNITS.has(unit);
}
