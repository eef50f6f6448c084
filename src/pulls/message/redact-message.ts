import { among, isLetterOrDigit, SPACE } from '../chars.ts';

const MASK = '[redacted]';

/** A login stands behind one of these words in quotes: `as 'USER': dckr_jti_…`. */
const BEFORE_QUOTED: ReadonlySet<string> = new Set(['as', 'user', 'username', 'account', 'robot']);
/** And behind one of these without: `User: arn:aws:…`, `username=USER`. */
const LABELS: readonly string[] = ['user', 'username'];
/** Docker's tokens, and names of AWS accounts. */
const SECRET_BEGINNINGS: readonly string[] = ['dckr_', 'arn:'];

const isSpace = among(SPACE);
const isQuote = among('\'"`');
/** They end a run of characters that is judged as one; a quote or bracket inside a URL's login does too. */
const isEnd = among(`${SPACE}"'\`<>`);
const isTrailing = among('.,;:!');
const isLabelEnd = among(':=');

/**
 * Takes out of a runtime's message what is nobody's business, before it goes anywhere: the account and token that Docker Hub names,
 * logins in URLs and the query of a URL, which may be a signature. Goes through the message once.
 * What the operator itself has read of credentials is masked by the logger's redactor, after this.
 */
export function redactMessage(message: string): string {
  const pieces: string[] = [];
  let before = '';
  for (let at = 0; at < message.length;) {
    const char = message.charAt(at);
    const opensLogin = isQuote(char) && BEFORE_QUOTED.has(wordOf(before)) && !isLetterOrDigit(message.charAt(at - 1));
    const end = opensLogin ? endOfQuoted(message, at) : isEnd(char) ? at + 1 : endOfRun(message, at);
    const piece = message.slice(at, end);
    pieces.push(opensLogin ? redactQuoted(piece) : isEnd(char) ? char : redactRun(piece, before));
    if (!isSpace(char)) before = piece;
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

/** `User:` and `user` are the same word. */
function wordOf(run: string): string {
  let end = run.length;
  while (end > 0 && !isLetterOrDigit(run.charAt(end - 1))) end -= 1;
  return run.slice(0, end).toLowerCase();
}

function redactRun(run: string, before: string): string {
  let end = run.length;
  while (end > 0 && isTrailing(run.charAt(end - 1))) end -= 1;
  const [body, tail] = [run.slice(0, end), run.slice(end)];
  return redactBody(body, before) + tail;
}

function redactBody(body: string, before: string): string {
  const lower = body.toLowerCase();
  const start = SECRET_BEGINNINGS.map((each) => lower.indexOf(each)).find((found) => found >= 0);
  if (start !== undefined) return body.slice(0, start) + MASK;
  const withoutQuery = cutQuery(body);
  const at = lastLogin(withoutQuery);
  if (at >= 0) return afterScheme(withoutQuery, MASK, at);
  return isLabel(before) ? MASK : afterLabel(withoutQuery);
}

const isLabel = (text: string): boolean => isLabelEnd(text.charAt(text.length - 1)) && LABELS.includes(wordOf(text));

/** `username=USER` without a space. */
function afterLabel(text: string): string {
  const lower = text.toLowerCase();
  const label = LABELS.find((each) => lower.startsWith(each) && isLabelEnd(lower.charAt(each.length)));
  return label === undefined || label.length + 1 === text.length ? text : text.slice(0, label.length + 1) + MASK;
}

/** Drops `?query` and `#fragment` of what has a path. */
function cutQuery(text: string): string {
  if (!text.includes('/')) return text;
  const ends = [text.indexOf('?'), text.indexOf('#')].filter((end) => end >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

/** Where the last `@` stands behind a login, or in an address of mail; in front of a digest it is part of an image's name. */
function lastLogin(text: string): number {
  const at = text.lastIndexOf('@');
  return at >= 0 && text.startsWith('@sha', at) ? text.lastIndexOf('@', at - 1) : at;
}

function afterScheme(text: string, mask: string, at: number): string {
  const scheme = text.indexOf('://');
  return `${scheme >= 0 && scheme < at ? text.slice(0, scheme + 3) : ''}${mask}${text.slice(at)}`;
}
