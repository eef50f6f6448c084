import type { Token } from './tokens.ts';

/** Words that follow one another; `:` and `,` are words too. By their first word, so that most tokens cost one look-up. */
export type Phrases = ReadonlyMap<string, readonly (readonly string[])[]>;

/** `phrases('too many requests', …)`, in lower case. */
export const phrases = (...texts: readonly string[]): Phrases =>
  Map.groupBy(
    texts.map((text) => text.split(' ')),
    ([first = '']) => first,
  );

/** Where the first of the phrases begins in the tokens; undefined where none does. Names and URLs are no words of any phrase. */
export function findAny(tokens: readonly Token[], wanted: Phrases): number | undefined {
  const index = tokens.findIndex(({ text }, at) => wanted.get(text)?.some((phrase) => standsAt(tokens, at, phrase)));
  return index < 0 ? undefined : index;
}

function standsAt(tokens: readonly Token[], at: number, phrase: readonly string[]): boolean {
  return phrase.every((text, offset) => {
    const token = tokens[at + offset];
    return token?.text === text && (token.kind === 'word' || token.kind === 'mark');
  });
}
