/** Names of images, as containerd, Docker and CRI-O normalise them. Source of the rules: distribution/reference `normalize.go`. */
import { DOCKER_HUB, DOCKER_HUB_KEY_HOST } from '../../registry/hub.ts';
import { isDigest, isHost, isIdentifier, isRepository, isTag } from './image-grammar.ts';

export interface ImageReference {
  /** Registry's host, with its port; as written, except that index.docker.io is docker.io. */
  readonly host: string;
  /** Whether the host stands in the text; a short name may be looked for elsewhere (CRI-O's `unqualified-search-registries`). */
  readonly qualified: boolean;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** No reference is longer: host 255 and port, repository 255, tag 128, digest 135. */
export const MAX_IMAGE = 1_024;

/**
 * Reads the name of an image.
 * @returns undefined for what is no name; no kubelet pulls it
 */
export function parseImage(text: string): ImageReference | undefined {
  if (text.length > MAX_IMAGE || isIdentifier(text)) return undefined;
  const { host, qualified, rest } = splitHost(text);
  const [named, digest] = cut(rest, '@');
  const [path, tag] = cut(named, ':');
  const repository = host === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path;
  if (!isHost(host) || !isRepository(repository) || !isVersion({ tag, digest })) return undefined;
  return { host, qualified, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

const isVersion = ({ tag = 'latest', digest }: Record<'tag' | 'digest', string | undefined>): boolean =>
  isTag(tag) && (digest === undefined || isDigest(digest));

function cut(text: string, sign: string): readonly [string, string | undefined] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function splitHost(text: string): { host: string; qualified: boolean; rest: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  if (!looksLikeHost(first)) return { host: DOCKER_HUB, qualified: false, rest: text };
  return { host: first === DOCKER_HUB_KEY_HOST ? DOCKER_HUB : first, qualified: true, rest: text.slice(slash + 1) };
}

/** Whether what stands before the first `/` is a host, and not the first part of a repository on Docker Hub. */
const looksLikeHost = (first: string): boolean =>
  first === 'localhost' || first.includes('.') || first.includes(':') || first.toLowerCase() !== first;

/** The form in which runtimes repeat an image: with its host, by digest where there is one, else by tag. */
export function normalisedImage({ host, repository, tag = 'latest', digest }: ImageReference): string {
  return digest === undefined ? `${host}/${repository}:${tag}` : `${host}/${repository}@${digest}`;
}

/** Whether two names are of one image, however they are written; names that do not parse are compared as they are. */
export function isSameImage(a: string, b: string): boolean {
  const [parsedA, parsedB] = [parseImage(a), parseImage(b)];
  if (parsedA === undefined || parsedB === undefined) return a === b;
  return normalisedImage(parsedA) === normalisedImage(parsedB);
}

/** Whether the image is named by digest, so that a node that has it need not ask for it again. */
export const isPinned = (image: string): boolean => image.includes('@') && parseImage(image)?.digest !== undefined;
