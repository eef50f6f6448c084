import { type ImageReference, normalisedImage, parseImage } from '../image/image-reference.ts';
import { MAX_TEXT } from './gate.ts';
import { type Token, tokenise } from './tokens.ts';

/**
 * Which of several images a runtime's words are about: a pod with image volumes waits in the name of a container for the image of
 * a volume.
 * @param images as the pod's spec has them
 * @returns undefined where the words name none of them
 */
export function namedImage(message: string, images: readonly string[]): string | undefined {
  const named = tokenise(message.slice(0, MAX_TEXT)).flatMap(referenceOf);
  return findOf(images, named, normalisedImage) ?? findOf(images, named, repositoryOf);
}

/** Tokens are in lower case, and so is everything that is compared with them. */
function findOf(
  images: readonly string[],
  named: readonly ImageReference[],
  formOf: (reference: ImageReference) => string,
): string | undefined {
  const forms = new Set(named.map((reference) => formOf(reference).toLowerCase()));
  return images.find((image) => {
    const reference = parseImage(image);
    return reference !== undefined && forms.has(formOf(reference).toLowerCase());
  });
}

/** Runtimes leave out the tag here and there. */
const repositoryOf = ({ host, repository }: ImageReference): string => `${host}/${repository}`;

const referenceOf = ({ kind, text }: Token): readonly ImageReference[] =>
  kind === 'name' || kind === 'word' ? [parseImage(text)].filter((reference) => reference !== undefined) : [];
