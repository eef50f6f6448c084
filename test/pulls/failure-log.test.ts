import { expect } from 'chai';
import { FailureLog } from '../../src/pulls/failure-log.ts';
import { record } from './fixtures.ts';

describe('FailureLog', () => {
  it('gives what lies within a window, its beginning excluded', () => {
    const log = new FailureLog();
    for (const at of [0, 10_000, 20_000]) log.add(record({ at }));
    expect(log.within(10_000, 20_000).map(({ at }) => at)).to.deep.equal([20_000]);
    expect(log.within(10_001, 20_000).map(({ at }) => at)).to.deep.equal([10_000, 20_000]);
  });

  it('adds up what is alike and close in time, and takes the last of its times', () => {
    const log = new FailureLog();
    log.add(record({ at: 4_000, count: 2 }));
    log.add(record({ at: 1_000, count: 3 }));
    log.add(record({ at: 5_000, count: 4 }));
    expect(log.within(60_000, 5_000).map(({ at, count }) => [at, count])).to.deep.equal([
      [4_000, 5],
      [5_000, 4],
    ]);
  });

  it('keeps apart what differs in anything that a report asks for', () => {
    const log = new FailureLog();
    const others = [
      {},
      { outcome: 'credentials-refused' },
      { namespace: 'other' },
      { registry: 'ghcr.io' },
      { kind: 'account' },
      { inferred: false },
      { pullSecrets: ['a'] },
    ] as const;
    for (const changes of others) log.add(record({ at: 1, ...changes }));
    expect(log.within(10, 1)).to.have.lengthOf(others.length);
  });

  it('forgets what no window reaches, and the oldest where there are too many', () => {
    const log = new FailureLog();
    for (let index = 0; index < 50_010; index++) log.add(record({ at: index, namespace: `n${index}` }));
    expect(log.within(100_000, 50_010)[0]?.namespace).to.equal('n10');
    log.forgetBefore(50_000);
    expect(log.within(100_000, 50_010)).to.have.lengthOf(10);
  });
});
