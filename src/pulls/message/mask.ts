import type { Token } from './tokens.ts';

/** Behind these words stands a name, whatever it looks like: a tag in containerd 1.6's `[manifests TAG]`, a host that DNS is asked for. */
const BEFORE_NAME: ReadonlySet<string> = new Set(['manifests', 'lookup']);
/** Behind these may stand the image's own name, without host and tag: dockerd's `pull access denied for NAME`, ECR's `with name 'NAME'`. */
const BEFORE_OWN_NAME: ReadonlySet<string> = new Set(['for', 'image', 'in', 'name', 'reference', 'repository']);

/** What a message may call the image, without its host. */
export interface OwnNames {
  /** Last part of its repository. */
  readonly name: string;
  /** In lower case, as tokens are. */
  readonly tag: string | undefined;
}

/**
 * Makes opaque what looks like words and is a name: the image's own name where it stands without host and tag, tags, looked-up hosts. So that
 * an image called `toomanyrequests`, or its tag 429, never speaks for its registry.
 */
export function mask(tokens: readonly Token[], own: OwnNames): readonly Token[] {
  return tokens.map((token, index) => (token.kind === 'word' && isName(tokens, index, own) ? opaque(token) : token));
}

const opaque = ({ text }: Token): Token => ({ kind: 'name', text });

function isName(tokens: readonly Token[], index: number, own: OwnNames): boolean {
  const [before, token, next] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (token === undefined || before === undefined) return false;
  if (BEFORE_NAME.has(before.text)) return true;
  // CRI-O: `reading manifest TAG in HOST/REPOSITORY`.
  if (before.text === 'manifest' && next?.text === 'in') return true;
  // ACR: `manifest tagged by "TAG" is not found`.
  if (before.text === 'by' && tokens[index - 2]?.text === 'tagged') return true;
  if (before.text === 'tag') return token.text === own.tag;
  return token.text === own.name && BEFORE_OWN_NAME.has(before.text);
}
