import { all, isDigit } from '../chars.ts';
import type { Token } from './tokens.ts';

export interface HttpStatus {
  readonly code: number;
  /** Its place among the tokens. */
  readonly at: number;
}

/** Words before a status; `http 429 response body`, `statuscode: 429`. */
const INTRODUCERS: ReadonlySet<string> = new Set([
  'status',
  'code',
  'statuscode',
  'status_code',
  'http',
  'http/1.1',
  'http/2',
  'http/2.0',
]);

/** Words behind a status; the rest of the phrase may be cut off. */
const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '401': { unauthorized: '' },
  '403': { forbidden: '' },
  '404': { not: 'found' },
  '429': { too: 'many' },
  '500': { internal: 'server' },
  '502': { bad: 'gateway' },
  '503': { service: 'unavailable' },
  '504': { gateway: 'timeout' },
};

/**
 * The HTTP statuses that a text tells of: numbers in the place of one, behind a URL or a word that introduces it, or before the words
 * of the standard (RFC 9110). A bare number is none: digests, tags, ports and sizes are full of them.
 */
export function statusesIn(tokens: readonly Token[]): readonly HttpStatus[] {
  return tokens.flatMap((token, at) =>
    isStatus(token) && (isIntroduced(tokens, at) || isExplained(tokens, at)) ? [{ code: Number(token.text), at }] : [],
  );
}

const isStatus = ({ kind, text }: Token): boolean => kind === 'word' && text.length === 3 && all(text, isDigit);

function isIntroduced(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.text === ':' ? at - 2 : at - 1;
  const token = tokens[before];
  if (token === undefined) return false;
  // `[manifests TAG]: 429`
  if (token.kind === 'name') return tokens[before - 1]?.text === 'manifests';
  return token.kind === 'url' || (token.kind === 'word' && INTRODUCERS.has(token.text));
}

function isExplained(tokens: readonly Token[], at: number): boolean {
  const [next, second] = [tokens[at + 1], tokens[at + 2]];
  if (next?.kind !== 'word') return false;
  const rest = REASONS[tokens[at]?.text ?? '']?.[next.text];
  return rest !== undefined && (rest === '' || second === undefined || rest.startsWith(second.text));
}
