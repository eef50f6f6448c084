import { expect } from 'chai';
import { Contention } from '../../../src/credentials/namespace/contention.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('Contention', () => {
  let clock: FakeClock;
  let contention: Contention;
  beforeEach(() => {
    clock = new FakeClock();
    contention = new Contention(clock);
  });
  const repair = (times: number, key = 'copy', wanted = 'content'): void => {
    for (let time = 0; time < times; time++) contention.repaired(key, wanted);
  };
  const hold = (key = 'copy', wanted = 'content'): number => contention.holdMs(key, wanted);

  it('lets four repairs pass as accidents', () => {
    expect(hold()).to.equal(0);
    repair(4);
    expect(hold()).to.equal(0);
    repair(1);
    expect(hold()).to.equal(5 * SECOND);
  });

  it('waits twice as long after each further repair, and ten minutes at most', () => {
    repair(4);
    const holds = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(() => {
      repair(1);
      return hold() / SECOND;
    });
    expect(holds).to.deep.equal([5, 10, 20, 40, 80, 160, 320, 600, 600]);
  });

  it('ends its wait by the clock', async () => {
    repair(5);
    await clock.advance(2 * SECOND);
    expect(hold()).to.equal(3 * SECOND);
    await clock.advance(3 * SECOND);
    expect(hold()).to.equal(0);
  });

  it('keeps one thing apart from another', () => {
    repair(5);
    expect(hold('another')).to.equal(0);
  });

  it('takes new content for no repair: a rotation is never held up', () => {
    repair(6);
    expect(hold('copy', 'rotated')).to.equal(0);
    repair(1, 'copy', 'rotated');
    expect(hold('copy', 'rotated')).to.equal(0);
  });

  it('forgets what was settled', () => {
    repair(6);
    contention.settled('copy');
    expect(hold()).to.equal(0);
    repair(4);
    expect(hold()).to.equal(0);
  });

  it('takes accidents more than ten minutes apart for accidents', async () => {
    for (let time = 0; time < 20; time++) {
      repair(1);
      await clock.advance(10 * MINUTE);
    }
    expect(hold()).to.equal(0);
  });

  it('counts on where the repairs come within ten minutes of one another', async () => {
    for (let time = 0; time < 5; time++) {
      repair(1);
      await clock.advance(9 * MINUTE);
    }
    repair(1);
    expect(hold()).to.equal(10 * SECOND);
  });

  it('starts again after a quiet time, although something else has been held for longer', async () => {
    repair(12, 'a bitter fight');
    repair(4);
    await clock.advance(15 * MINUTE);
    repair(1);
    expect(hold()).to.equal(0);
  });
});
