import { asEvent, asFailed, type Input } from './envelopes.ts';
import { HUB_IMAGES, type Image } from './images.ts';
import { LIMITS } from './limits.ts';
import { OTHERS } from './others.ts';
import type { Template } from './template.ts';

/** client-go's recorders hand on at most this much of a message. */
const RECORDER_CUT = 1_024;

/** One case of the corpus before it is numbered: what the odd form of a message means is said by the templates it is made of. */
export interface Odd {
  readonly name: string;
  readonly image: Image;
  readonly input: Input;
  readonly meaning: Template;
}

const named = (name: string): Template => {
  const found = [...LIMITS, ...OTHERS].find((template) => template.name === name);
  if (found === undefined) throw new Error(`no template ${name}`);
  return found;
};
const eventOf = (image: Image, text: string): Input => asEvent(asFailed(image, text));

/** Several credentials, several answers: `[e1, e2]`. The first template gives the meaning. */
const aggregates: readonly (readonly [string, string])[] = [
  ['containerd 1.7, HEAD', 'HEAD 403'],
  ['dockerd, body B', 'dockerd, unauthorized'],
  ['containerd 2.2, body C on its own line', 'stale password'],
  ['dockerd, body C', 'not found'],
  ['containerd 1.x, body A', '503'],
  ['HEAD 403', '503'],
];
const aggregated = aggregates.flatMap(([first, second]) =>
  HUB_IMAGES.slice(0, 2).flatMap((image) => {
    const meaning = named(first);
    const [a, b] = [meaning.text(image), named(second).text(image)];
    const texts: readonly (readonly [string, string])[] = [
      ['first', `[${a}, ${b}]`],
      ['last', `[${b}, ${a}]`],
    ];
    return texts.map(([place, text]) => ({
      name: `${first} beside ${second}, ${place}`,
      image,
      input: eventOf(image, text),
      meaning,
    }));
  }),
);

const reshaped = (name: string, shape: (text: string) => string, templates: readonly string[]): readonly Odd[] =>
  templates.flatMap((template) =>
    HUB_IMAGES.slice(0, 3).map((image) => {
      const meaning = named(template);
      return { name: `${template}, ${name}`, image, input: eventOf(image, shape(meaning.text(image))), meaning };
    }),
  );

const wrapped = (text: string): string => text.replaceAll(' ', '\n  ');
const SHAPED = [
  'dockerd, body B',
  'containerd 2.1, transfer service',
  'manifest unknown, CRI-O',
  'HEAD 403',
  'no such host',
];

const cut = HUB_IMAGES.slice(0, 3).flatMap((image) => {
  const meaning = named('containerd 1.x, body A');
  const filler = named('connection refused').text(image);
  const long = `[${Array.from({ length: 8 }, () => filler).join(', ')}`;
  const limit = meaning.text(image);
  const prefix = asFailed(image, '');
  const keep = (text: string, room: number): string => `${long.slice(0, RECORDER_CUT - prefix.length - room)}, ${text}`;
  const through = limit.indexOf('429 Too Many') + '429'.length;
  return [
    {
      name: 'cut behind the number',
      image,
      input: asEvent(`${prefix}${keep(limit.slice(0, through), through + 2)}`),
      meaning,
    },
    {
      name: 'cut inside the words',
      image,
      input: asEvent(`${prefix}${keep(limit.slice(0, through + 7), through + 9)}`),
      meaning,
    },
    {
      name: 'cut before the limit',
      image,
      input: asEvent(`${prefix}${long}`.slice(0, RECORDER_CUT)),
      meaning: named('connection refused'),
    },
  ];
});

export const ODD: readonly Odd[] = [
  ...aggregated,
  ...reshaped('upper case', (text) => text.toUpperCase(), [
    'dockerd, body B',
    'dockerd, status only',
    'dockerd, unauthorized',
    'no such platform',
  ]),
  ...reshaped('lower case', (text) => text.toLowerCase(), SHAPED),
  ...reshaped('wrapped at every space', wrapped, SHAPED),
  ...cut,
];
