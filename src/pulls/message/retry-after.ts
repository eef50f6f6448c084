import { isDigit } from '../chars.ts';
import type { Token } from './tokens.ts';

/** Milliseconds in each unit of a Go duration; both signs for micro. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
/** Longest duration in text: more digits are nobody's. */
const MAX_LENGTH = 32;

/**
 * How long the registry asks to wait, where the message says so; only GHCR's does (`retry-after: 880.092µs`).
 * @returns milliseconds
 */
export function retryAfterMs(cause: readonly Token[]): number | undefined {
  const at = cause.findIndex(({ text }) => text === 'retry-after');
  if (at < 0) return undefined;
  const value = cause[cause[at + 1]?.text === ':' ? at + 2 : at + 1];
  return value?.kind === 'word' ? durationMs(value.text) : undefined;
}

/** Reads `1m30.5s` as Go prints it; a number alone is seconds, as in the HTTP header. */
function durationMs(text: string): number | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  let total = 0;
  for (let at = 0; at < text.length;) {
    const number = takeWhile(text, at, (char) => isDigit(char) || char === '.');
    const unit = takeWhile(text, at + number.length, (char) => !isDigit(char) && char !== '.');
    const factor = unit === '' && at === 0 ? UNITS['s'] : UNITS[unit];
    const value = Number(number);
    if (number === '' || factor === undefined || !Number.isFinite(value)) return undefined;
    total += value * factor;
    at += number.length + unit.length;
  }
  return total;
}

function takeWhile(text: string, start: number, isOf: (char: string) => boolean): string {
  let end = start;
  while (end < text.length && isOf(text.charAt(end))) end += 1;
  return text.slice(start, end);
}
