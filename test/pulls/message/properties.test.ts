import { expect } from 'chai';
import fc from 'fast-check';
import { classifyEvent, classifyStatus } from '../../../src/pulls/message/classify.ts';
import { parseImage } from '../../../src/pulls/image/image-reference.ts';
import type { Image } from '../../corpus/images.ts';
import { LIMITS } from '../../corpus/limits.ts';
import { OTHERS } from '../../corpus/others.ts';

const outcomeOf = (image: string, message: string): string | undefined =>
  classifyStatus({ reason: 'ErrImagePull', message, image })?.outcome;

/** Words that would tempt a careless reader, and are good parts of an image's name. */
const TEMPTING = [
  '429',
  'toomanyrequests',
  'too-many-requests',
  'rate-limit',
  'hap429',
  'a429b',
  'status',
  'http',
  'pull',
  'ferry',
];
const part = fc.constantFrom(...TEMPTING);
const host = fc.constantFrom('429.example.com', 'toomanyrequests.example.com:429', 'r429.io', 'too-many.requests.io');
const hex = fc.string({ unit: fc.constantFrom('4', '2', '9', 'a', 'f'), minLength: 64, maxLength: 64 });

const anyImage: fc.Arbitrary<Image> = fc
  .record({
    at: host,
    parts: fc.array(part, { minLength: 1, maxLength: 3 }),
    tag: fc.oneof(
      part,
      hex.map((digits) => `sha256:${digits}`),
    ),
  })
  .map(({ at, parts, tag }) => {
    const path = parts.join('/');
    const written = `${at}/${path}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`;
    return { written, full: written, path, tag, registry: at, api: at };
  });

describe('any message', () => {
  it('is never a limit when it is random text, whatever the image', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme', maxLength: 2_000 }),
      hex,
      fc.lorem(),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          anyImage.map(({ written }) => written),
        ),
        text,
        (image, message) => {
          expect(outcomeOf(image, message)).to.not.equal('rate-limited');
        },
      ),
    );
  });

  it('never makes the classifier throw, whatever the shape of the Event', () => {
    fc.assert(
      fc.property(
        fc.record({
          message: fc.anything(),
          source: fc.anything(),
          reportingComponent: fc.anything(),
          involvedObject: fc.anything(),
        }),
        (event) => {
          classifyEvent(event);
          classifyStatus(event);
        },
      ),
    );
  });

  it('is no limit where its template is none, whatever the image is called', () => {
    fc.assert(
      fc.property(fc.constantFrom(...OTHERS), anyImage, (template, image) => {
        expect(outcomeOf(image.written, template.text(image)), template.name).to.equal(template.outcome);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is a limit where its template is one, whatever the image is called', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LIMITS), anyImage, (template, image) => {
        expect(outcomeOf(image.written, template.text(image)), template.name).to.equal('rate-limited');
      }),
      { numRuns: 1_000 },
    );
  });

  it('says the same when it is cut off behind what tells of the limit', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LIMITS), anyImage, fc.nat(), (template, image, more) => {
        const text = template.text(image);
        const told = text.toLowerCase().lastIndexOf('429 too many requests') + '429 too many requests'.length;
        fc.pre(told > '429 too many requests'.length);
        const cut = text.slice(0, told + (more % (text.length - told + 1)));
        expect(outcomeOf(image.written, cut), cut).to.equal('rate-limited');
      }),
    );
  });
});

describe('any image', () => {
  it('is read or refused, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: fc.constantFrom('a', 'Z', '0', '.', ':', '/', '@', '_', '-', '[', ']') }),
        ),
        (text) => {
          parseImage(text);
        },
      ),
    );
  });
});
