import { all, among, isDigit, isLetterOrDigit, isLowerHex, SPACE } from '../chars.ts';
import { isLabel, isOfPrivate, isOfSecret, type Label, labelBehind, labelsIn, NOTHING } from './labels.ts';
import { type Part, partsOf } from './parts.ts';
import { VOCABULARY } from './vocabulary.ts';

const MASKED = 'redacted';
const MASK = `[${MASKED}]`;

/** Units of Go's durations. */
const UNITS: ReadonlySet<string> = new Set(['', 'ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h', 'hm', 'hms']);
/** Longer ones are projects, accounts, or worse. */
const MAX_NUMBER = 8;
/** Behind a word for a secret so many digits and single letters are let out: a status of HTTP. */
const STATUS_DIGITS = 3;
const SHA256_DIGITS = 64;

const SCHEMES: readonly string[] = ['https://', 'http://'];

const isQuote = among('\'"`');
/** They end a run of characters that is judged as one; a quote or bracket inside a URL's login does too. */
const isEnd = among(`${SPACE}"'\`<>\\`);
const isTrailing = among('.,;:!');

/**
 * Lets out of a runtime's message only words that are known to be nobody's, small numbers, and what the failure itself names; everything
 * else may be an account, a token, a signature. The Event has all of it, for those who may read Events. Goes through the message once.
 * What the operator itself has read of credentials is masked by the logger's redactor, after this.
 * @param named image and hosts that are told anyway
 */
export function redactMessage(message: string, named: readonly string[] = []): string {
  const names = new Set(named.flatMap((name) => partsOf(name).map(({ text }) => text)));
  const pieces: string[] = [];
  let before = NOTHING;
  for (let at = 0; at < message.length;) {
    const char = message.charAt(at);
    const opens = isLabel(before.word) && opensQuotes(message, at);
    const end = opens ? endOfQuoted(message, at) : isEnd(char) ? at + 1 : endOfRun(message, at);
    const piece = message.slice(at, end);
    pieces.push(opens ? redactQuoted(piece) : isEnd(char) ? char : redactRun(piece, before, names));
    if (opens) before = NOTHING;
    else if (!isEnd(char)) before = labelBehind(piece, before);
    at = end;
  }
  return pieces.join('');
}

/** A quote right behind a word closes; an escaped one stands behind its backslashes. */
function opensQuotes(text: string, at: number): boolean {
  if (!isQuote(text.charAt(at))) return false;
  let before = at - 1;
  while (text.charAt(before) === '\\') before -= 1;
  return !isLetterOrDigit(text.charAt(before));
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

function redactRun(run: string, before: Label, names: ReadonlySet<string>): string {
  let end = run.length;
  while (end > 0 && isTrailing(run.charAt(end - 1))) end -= 1;
  const kept = cutQuery(run.slice(0, end));
  const start = endOfLogin(kept);
  const scheme = SCHEMES.find((each) => kept.startsWith(each)) ?? '';
  const login = start === 0 ? '' : scheme + MASK;
  const isClause = run.charAt(end) === ':';
  return login + maskParts(kept.slice(start), before, isClause, names) + run.slice(end);
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

/**
 * Masks from the first part that is not let out to the last.
 * @param before what stands before the run @param isClause a colon ends it
 */
function maskParts(run: string, before: Label, isClause: boolean, names: ReadonlySet<string>): string {
  const parts = partsOf(run);
  const labels = labelsIn(run, parts, before);
  // `as USER: ` without quotes
  const privately = isClause && before.word === 'as' ? 0 : firstOf(labels, isOfPrivate);
  const secretly = firstOf(labels, isOfSecret);
  const isLong = lengthOf(parts.slice(secretly).filter(isLoose)) > STATUS_DIGITS;
  const hidden = parts.filter((part, index) => {
    if (part.text === MASKED) return false;
    if (index >= privately || (isLong && index >= secretly && isLoose(part))) return true;
    const isKnown = VOCABULARY.has(part.text) || names.has(part.text) || isSmall(part.text);
    return !isKnown && !(labels[index]?.word === 'sha256' && isDigest(part.text));
  });
  const [first, last] = [hidden[0], hidden.at(-1)];
  return first === undefined || last === undefined ? run : run.slice(0, first.start) + MASK + run.slice(last.end);
}

/** Where the first such label stands; behind all of them where there is none. */
function firstOf(labels: readonly Label[], isMeant: (label: Label) => boolean): number {
  const index = labels.findIndex(isMeant);
  return index < 0 ? labels.length : index;
}

/** Let out for nothing but its length: several may be one secret. */
const isLoose = ({ text }: Part): boolean => isSmall(text) && !VOCABULARY.has(text);

const lengthOf = (parts: readonly Part[]): number => parts.reduce((sum, { text }) => sum + text.length, 0);

const isDigest = (part: string): boolean => part.length === SHA256_DIGITS && all(part, isLowerHex);

/** A single letter, a small number, or a duration. */
function isSmall(part: string): boolean {
  if (part.length === 1) return true;
  if (part.length > MAX_NUMBER || !isDigit(part.charAt(0))) return false;
  let unit = '';
  for (const char of part) if (!isDigit(char)) unit += char;
  return UNITS.has(unit);
}
