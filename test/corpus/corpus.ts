import { ENVELOPES, type Input } from './envelopes.ts';
import type { Image } from './images.ts';
import { LIMITS } from './limits.ts';
import { ODD } from './odd.ts';
import { OTHERS } from './others.ts';
import { OUTSIDE } from './outside.ts';
import type { Kind, Outcome, Template } from './template.ts';

export interface Expected {
  readonly outcome: Outcome;
  readonly kind: Kind;
  readonly registry: string;
  /** Null where the message does not name the host that answered. */
  readonly endpoint: string | null;
}

/** One message, and what it means; null where it tells of no failed pull, or not why. */
export type Case = Input & { readonly name: string; readonly expected: Expected | null };

/** Each template is written for this many images at most, so that no template outweighs the others. */
const IMAGES_PER_TEMPLATE = 3;

const meaningOf = ({ outcome, kind, endpoint }: Template, image: Image): Expected => ({
  outcome,
  kind,
  registry: image.registry,
  endpoint: endpoint(image) ?? null,
});

const inTurn = <T>(items: readonly T[], at: number): T => {
  const item = items[at % items.length];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
};

function fromTemplate(template: Template, index: number): readonly Case[] {
  const count = Math.min(IMAGES_PER_TEMPLATE, template.images.length);
  return Array.from({ length: count }, (_, turn) => {
    const image = inTurn(template.images, index + turn * 2);
    const input = inTurn(ENVELOPES, index + turn)(image, template.text(image));
    return { name: `${template.name}: ${image.written}`, expected: meaningOf(template, image), ...input };
  });
}

/** Every message of the corpus, the same ones in the same order each time. */
export function generateCorpus(): readonly Case[] {
  return [
    ...LIMITS.flatMap(fromTemplate),
    ...OTHERS.flatMap(fromTemplate),
    ...ODD.map(({ name, image, input, meaning }) => ({
      name: `${name}: ${image.written}`,
      expected: meaningOf(meaning, image),
      ...input,
    })),
    ...OUTSIDE.map(([name, input]) => ({ name, expected: null, ...input })),
  ];
}
