/**
 * Classes of characters. Everything that reads a message goes through it once, from left to right, by these; no regular expression
 * repeats anything, so that the cost of a message is linear in its length whoever wrote it.
 */

/** A class of ASCII characters, as a table: one look-up a character. */
export function among(chars: string): (char: string) => boolean {
  const table = new Uint8Array(128);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return (char) => table[char.charCodeAt(0)] === 1;
}

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const CONTROL = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');

/** White space and the other control characters. */
export const SPACE = `${CONTROL} \u007f`;

export const isDigit = among(DIGITS);
export const isLowerOrDigit = among(LOWER + DIGITS);
export const isLetterOrDigit = among(LOWER + LOWER.toUpperCase() + DIGITS);
export const isHex = among('0123456789abcdefABCDEF');
export const isLowerHex = among('0123456789abcdef');
export const isSpace = among(SPACE);

/** Whether there is text and all of it is of one class. */
export function all(text: string, isOf: (char: string) => boolean): boolean {
  for (const char of text) if (!isOf(char)) return false;
  return text !== '';
}

/** Whether a character of the text is of the class. */
export function some(text: string, isOf: (char: string) => boolean): boolean {
  for (const char of text) if (isOf(char)) return true;
  return false;
}
