import { isLetterOrDigit } from '../chars.ts';

/** Letters and digits that stand together. */
export interface Part {
  /** In lower case. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Cuts a text into its parts, in one pass. */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < text.length;) {
    let end = at;
    while (end < text.length && isPartChar(text.charAt(end))) end += 1;
    if (end > at) parts.push({ text: text.slice(at, end).toLowerCase(), start: at, end });
    at = end + 1;
  }
  return parts;
}

const isPartChar = (char: string): boolean => isLetterOrDigit(char) || char > '\u007f';
