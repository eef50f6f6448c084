import { expect } from 'chai';
import fc from 'fast-check';
import { type Finding, findCondition, setConditions, truncate } from '../../src/api/conditions.ts';
import type { Condition } from '../../src/api/generated.ts';

const [THEN, NOW] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'];
const before: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Synced',
  message: 'all of it',
  observedGeneration: 1,
  lastTransitionTime: THEN,
};
const finding = (parts: Partial<Finding>): Finding => ({
  type: 'Ready',
  status: 'True',
  reason: 'Synced',
  message: 'all of it',
  ...parts,
});
const set = (conditions: readonly Condition[], ...findings: readonly Finding[]) =>
  setConditions(conditions, findings, 2, NOW);

describe('setConditions', () => {
  it('moves the time of transition with the status, and with nothing else', () => {
    expect(set([before], finding({ status: 'False' }))[0]?.lastTransitionTime).to.equal(NOW);
    expect(set([before], finding({ reason: 'Observing', message: 'other' }))[0]).to.deep.equal({
      ...before,
      reason: 'Observing',
      message: 'other',
      observedGeneration: 2,
    });
  });

  it('gives a new condition the time of now', () => {
    expect(set([], finding({}))).to.deep.equal([{ ...before, observedGeneration: 2, lastTransitionTime: NOW }]);
  });

  it('leaves conditions of other types as they are, and sorts them all', () => {
    const theirs: Condition = { ...before, type: 'Audited' };
    expect(set([theirs], finding({ type: 'Stalled' }), finding({}))).to.have.lengthOf(3);
    expect(set([theirs], finding({ type: 'Stalled' }), finding({})).map(({ type }) => type)).to.deep.equal([
      'Audited',
      'Ready',
      'Stalled',
    ]);
    expect(set([theirs], finding({}))[0]).to.equal(theirs);
  });

  it('cuts a message to what the CRD takes', () => {
    expect(set([], finding({ message: 'x'.repeat(5_000) }))[0]?.message).to.have.lengthOf(1024);
  });
});

describe('findCondition', () => {
  it('finds by type', () => {
    expect(findCondition([before], 'Ready')).to.equal(before);
    expect(findCondition([before], 'Stalled')).to.equal(undefined);
    expect(findCondition(undefined, 'Ready')).to.equal(undefined);
  });
});

describe('truncate', () => {
  it('leaves a short text as it is', () => {
    expect(truncate('12345', 5)).to.equal('12345');
  });

  it('ends a cut one with an ellipsis', () => {
    expect(truncate('123456', 5)).to.equal('1234…');
  });

  it('is never longer than asked for, and never halves a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, max) => {
        const cut = truncate(text, max);
        expect(cut.length).to.be.at.most(Math.max(max, 0));
        expect(cut.isWellFormed()).to.equal(true);
      }),
    );
  });
});
