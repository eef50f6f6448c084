import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { generateCorpus } from './corpus.ts';
import { CORPUS_FILE, readCorpus } from './messages.ts';

const render = (): string =>
  generateCorpus()
    .map((one) => `${JSON.stringify(one)}\n`)
    .join('');

describe('the corpus', () => {
  it('is what its templates give (after a change of these: UPDATE_CORPUS=1 npx mocha test/corpus)', () => {
    if (process.env['UPDATE_CORPUS'] !== undefined) writeFileSync(CORPUS_FILE, render());
    expect(readFileSync(CORPUS_FILE, 'utf8')).to.equal(render());
  });

  it('has at least 250 messages, half of them or more no limits', () => {
    const corpus = readCorpus();
    const limits = corpus.filter(({ expected }) => expected?.outcome === 'rate-limited');
    expect(corpus.length).to.be.at.least(250);
    expect(limits.length).to.be.within(100, corpus.length / 2);
  });
});
