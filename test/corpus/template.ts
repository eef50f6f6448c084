import { HUB_IMAGES, type Image, OTHER_IMAGES } from './images.ts';
import { answered, nowhere } from './texts.ts';

/** The outcomes and kinds of a failed pull, written out again so that the corpus does not follow the code it judges. */
export type Outcome = 'rate-limited' | 'credentials-refused' | 'not-found' | 'unavailable' | 'kubelet-limit' | 'other';
export type Kind = 'anonymous' | 'account' | 'abuse' | 'unknown';

/** A text that a runtime or a kubelet prints as the cause of a failed pull, and what it means. */
export interface Template {
  readonly name: string;
  readonly images: readonly Image[];
  readonly text: (image: Image) => string;
  readonly outcome: Outcome;
  readonly kind: Kind;
  /** The host that answered, where the text names it. */
  readonly endpoint: (image: Image) => string | undefined;
}

/** A text that tells of a limit. */
export const limit = (
  name: string,
  images: readonly Image[],
  text: (image: Image) => string,
  more: Partial<Pick<Template, 'kind' | 'endpoint'>> = {},
): Template => ({ name, images, text, outcome: 'rate-limited', kind: 'unknown', endpoint: nowhere, ...more });
/** The registry of the image answered, and the text names it. */
export const here = { endpoint: answered };

/** A text that tells of anything but a limit. */
export const cause = (
  outcome: Outcome,
  name: string,
  text: (image: Image) => string,
  endpoint: (image: Image) => string | undefined = nowhere,
  images: readonly Image[] = [...HUB_IMAGES, ...OTHER_IMAGES],
): Template => ({ name, images, text, outcome, kind: 'unknown', endpoint });
