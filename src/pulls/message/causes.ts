import type { Token } from './tokens.ts';

/** How runtimes and the kubelet begin an error; where a list of errors is written as one, the next begins so. */
const BEGINNINGS: readonly string[] = [
  'rpc error',
  'failed to',
  'error response',
  'error reading',
  'error pulling',
  'initializing source',
  'reading manifest',
  'unable to',
  'pull qps',
];

/**
 * The single causes of a failed pull. A kubelet that tried several credentials hands on `[e1, e2]`
 * (`utilerrors.NewAggregate`); the errors hold commas themselves, so a new one begins only with words that errors begin with.
 * @param text as the kubelet wrote it @param tokens the same, in tokens
 */
export function splitCauses(text: string, tokens: readonly Token[]): readonly (readonly Token[])[] {
  const isList = text.trimStart().startsWith('[') && tokens[0]?.text.startsWith('[') === false;
  if (!isList) return [tokens];
  const first = tokens[0]?.text;
  const starts = tokens.flatMap((token, at) =>
    token.text === ',' && (tokens[at + 1]?.text === first || beginsError(tokens, at + 1)) ? [at + 1] : [],
  );
  return [0, ...starts].map((start, index) => tokens.slice(start, (starts[index] ?? tokens.length + 1) - 1));
}

const beginsError = (tokens: readonly Token[], at: number): boolean =>
  BEGINNINGS.includes(`${tokens[at]?.text ?? ''} ${tokens[at + 1]?.text ?? ''}`);
