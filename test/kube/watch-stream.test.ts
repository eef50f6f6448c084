import { expect } from 'chai';
import fc from 'fast-check';
import { LineSplitter, parseWatchLine } from '../../src/kube/watch-stream.ts';

const split = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
};

const lines = (chunks: readonly Buffer[]): string[] => {
  const splitter = new LineSplitter();
  return chunks.flatMap((chunk) => [...splitter.push(chunk)]);
};

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are cut, inside characters too', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (texts, cuts) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        expect(lines(split(bytes, cuts))).to.deep.equal(texts);
      }),
    );
  });

  it('joins a line of many chunks', () => {
    const text = 'ä'.repeat(2_000_000);
    const bytes = Buffer.from(`${text}\n`);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 999) }, (_, i) =>
      bytes.subarray(i * 999, (i + 1) * 999),
    );
    expect(lines(chunks)[0] === text).to.equal(true);
  });

  it('leaves out empty lines and holds back an incomplete one', () => {
    const splitter = new LineSplitter();
    expect([...splitter.push(Buffer.from('\n\na\n\nb'))]).to.deep.equal(['a']);
    expect(splitter.incomplete).to.equal(true);
    expect([...splitter.push(Buffer.from('\n'))]).to.deep.equal(['b']);
    expect(splitter.incomplete).to.equal(false);
  });
});

describe('parseWatchLine', () => {
  it('reads an event', () => {
    expect(parseWatchLine('{"type":"ADDED","object":{"kind":"Pod"}}')).to.deep.equal({
      type: 'ADDED',
      object: { kind: 'Pod' },
    });
  });

  for (const line of [
    '{"type":"ADDED","obj',
    'null',
    '7',
    '{}',
    '{"type":1,"object":{}}',
    '{"type":"ADDED","object":null}',
  ]) {
    it(`does not take ${line} for one`, () => {
      expect(parseWatchLine(line)).to.equal(undefined);
    });
  }
});
