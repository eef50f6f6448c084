import { expect } from 'chai';
import { policyName } from '../../src/api/keys.ts';
import { FailureLog } from '../../src/pulls/failure-log.ts';
import { record, refusal } from './fixtures.ts';

describe('FailureLog', () => {
  const told = (log: FailureLog, windowMs: number, now: number) =>
    log.within(windowMs, now).map(({ at, count }) => [at, count]);

  it('adds up what is alike within a window, its beginning excluded, with the time of the last', () => {
    const log = new FailureLog();
    [0, 10_000, 20_000].forEach((at, index) => {
      log.add(record({ at, count: 10 ** index }));
    });
    expect(told(log, 10_000, 20_000)).to.deep.equal([[20_000, 100]]);
    expect(told(log, 10_001, 20_000)).to.deep.equal([[20_000, 110]]);
    expect(told(log, 10_000, 30_000)).to.deep.equal([]);
  });

  describe('takes what is close in time for one, at the last of its times, in whatever order it is told', () => {
    const orders = [
      [1_000, 4_000, 5_000],
      [4_000, 1_000, 5_000],
      [5_000, 4_000, 1_000],
      [5_000, 1_000, 4_000],
    ];
    for (const times of orders)
      it(times.join(', '), () => {
        const log = new FailureLog();
        for (const at of times) log.add(record({ at }));
        expect(log.size).to.equal(2);
        expect([told(log, 60_000, 5_000), told(log, 4_000, 7_999)]).to.deep.equal([[[5_000, 3]], [[5_000, 3]]]);
        expect([told(log, 1_000, 5_000), told(log, 5_000, 9_000)]).to.deep.equal([[[5_000, 1]], [[5_000, 1]]]);
      });
  });

  it('remembers that a container waited until then, though nobody told of a failure', () => {
    const log = new FailureLog();
    log.add(record({ at: 1_000, count: 0 }));
    expect(told(log, 10_000, 1_000)).to.deep.equal([[1_000, 0]]);
  });

  it('keeps apart what differs in anything that a report asks for', () => {
    const log = new FailureLog();
    const others = [
      record({}),
      record({ namespace: 'other' }),
      record({ registry: 'ghcr.io' }),
      record({ kind: 'account' }),
      record({ inferred: false }),
      refusal({}),
      refusal({ sent: [] }),
      refusal({ sent: [policyName('a')] }),
      refusal({ sent: [policyName('a'), policyName('b')] }),
      refusal({ mayNotExist: true }),
    ];
    for (const other of others) log.add({ ...other, at: 1 });
    expect(log.within(10, 1)).to.have.lengthOf(others.length);
  });

  it('forgets what no window reaches', () => {
    const log = new FailureLog();
    for (const at of [0, 10_000, 20_000]) log.add(record({ at }));
    log.add(record({ at: 5_000, namespace: 'other' }));
    log.forgetBefore(10_000);
    expect([told(log, 100_000, 20_000), log.size]).to.deep.equal([[[20_000, 2]], 2]);
    log.forgetBefore(20_001);
    expect([told(log, 100_000, 20_000), log.size]).to.deep.equal([[], 0]);
  });

  describe('forgets the oldest where there are too many', () => {
    const orders: readonly (readonly [string, (index: number) => number])[] = [
      ['told in their order', (index) => index],
      ['told backwards', (index) => 60_000 - index],
      ['told of one moment', () => 1],
    ];
    for (const [title, timeOf] of orders)
      it(title, () => {
        const log = new FailureLog();
        for (let index = 0; index < 52_000; index++) log.add(record({ at: timeOf(index), namespace: `n${index}` }));
        log.add(record({ at: 60_001, namespace: 'youngest' }));
        log.add(record({ at: 60_000, namespace: 'young' }));
        expect(log.size).to.be.at.most(50_000);
        const times = log.within(100_000, 60_001).map(({ at }) => at);
        expect(times).to.include.members([60_000, 60_001]).and.not.include(0);
      });
  });
});
