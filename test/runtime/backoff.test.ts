import { expect } from 'chai';
import { Backoff, backoffMs } from '../../src/runtime/backoff.ts';

const options = { baseMs: 100, maxMs: 1_000 };

describe('backoffMs', () => {
  const cases = [
    { attempt: 0, random: 0, ms: 50 },
    { attempt: 0, random: 1, ms: 100 },
    { attempt: 1, random: 0, ms: 50 },
    { attempt: 1, random: 1, ms: 200 },
    { attempt: 3, random: 0.5, ms: 425 },
    { attempt: 4, random: 1, ms: 1_000 },
    { attempt: 5_000, random: 1, ms: 1_000 },
  ];
  for (const { attempt, random, ms } of cases) {
    it(`waits ${String(ms)} ms before attempt ${String(attempt)} when the dice say ${String(random)}`, () => {
      expect(backoffMs(attempt, options, () => random)).to.equal(ms);
    });
  }
});

describe('Backoff', () => {
  it('grows with each failure and starts again after a reset', () => {
    const backoff = new Backoff(options, () => 1);
    expect([backoff.next(), backoff.next(), backoff.next()]).to.deep.equal([100, 200, 400]);
    backoff.reset();
    expect(backoff.next()).to.equal(100);
  });
});
