import { type Part, partsOf } from './parts.ts';

/** A login stands behind one of these words, in quotes (`as 'USER'`) or behind a colon or `=` (`username=USER`). */
const BEFORE_LOGIN: ReadonlySet<string> = new Set(['as', 'user', 'username', 'account', 'robot']);
/** A secret stands behind one of these. In a sentence, words and a status of HTTP do too. */
const BEFORE_SECRET: ReadonlySet<string> = new Set(['password', 'secret', 'token', 'key', 'bearer', 'basic']);
/** Of these, those that a colon does not end a clause behind, as it does in `failed to fetch oauth token: unexpected status`. */
const BEFORE_SECRET_AND_COLON: ReadonlySet<string> = new Set(['password', 'secret']);

/** What stands before a part of a message. Spaces, quotes and brackets in between do not matter. */
export interface Label {
  /** In lower case. */
  readonly word: string;
  /** Behind the word; empty for all other signs. */
  readonly sign: '' | ':' | '=';
  /** In the same run, the only word of the one before, or the last of several: `username/password`. */
  readonly place: 'same run' | 'alone' | 'last';
}

export const NOTHING: Label = { word: '', sign: '', place: 'last' };

/** Whether what stands behind the word in quotes is a login or a secret. */
export const isLabel = (word: string): boolean => BEFORE_LOGIN.has(word) || BEFORE_SECRET.has(word);

const signIn = (text: string): Label['sign'] => (text.includes('=') ? '=' : text.includes(':') ? ':' : '');

/** What stands before whatever follows a run. */
export function labelBehind(run: string, before: Label): Label {
  const parts = partsOf(run);
  const last = parts.at(-1);
  if (last === undefined) return { ...before, sign: signIn(run) || before.sign };
  return { word: last.text, sign: signIn(run.slice(last.end)), place: parts.length === 1 ? 'alone' : 'last' };
}

/** What stands before each part of a run. @param before what stands before the run */
export const labelsIn = (run: string, parts: readonly Part[], before: Label): readonly Label[] =>
  parts.map((part, index) => labelOf(run, part, parts[index - 1], before));

function labelOf(run: string, { start }: Part, previous: Part | undefined, before: Label): Label {
  if (previous === undefined) return { ...before, sign: signIn(run.slice(0, start)) || before.sign };
  return { word: previous.text, sign: signIn(run.slice(previous.end, start)), place: 'same run' };
}

/** Whether what stands behind a label is a login or a secret, whatever it spells. */
export function isOfPrivate({ word, sign, place }: Label): boolean {
  if (sign === '') return false;
  if (BEFORE_LOGIN.has(word)) return true;
  if (sign === '=' || place === 'same run') return BEFORE_SECRET.has(word);
  return place === 'alone' && BEFORE_SECRET_AND_COLON.has(word);
}

/** Whether a word for a secret is the label, with or without a sign. */
export const isOfSecret = ({ word }: Label): boolean => BEFORE_SECRET.has(word);
