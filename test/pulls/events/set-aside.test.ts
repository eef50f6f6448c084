import { expect } from 'chai';
import { EventCounts } from '../../../src/pulls/events/event-counts.ts';
import { type History, isLate, setAside } from '../../../src/pulls/events/set-aside.ts';
import { table } from '../../table.ts';
import { CAUSES, event, failedTo } from '../fixtures.ts';

const time = (seconds: number): string => new Date(seconds * 1_000).toISOString();

describe('setAside', () => {
  let counts: EventCounts;
  let history: History;
  beforeEach(() => {
    counts = new EventCounts();
    history = new Map();
  });
  const seen = (count: number) => event({ count, firstTimestamp: time(1), lastTimestamp: time(9) });

  it('keeps occurrences as of now, and has them counted by nobody', () => {
    expect(setAside(seen(5), 3, counts, history)).to.equal(true);
    expect(history.get('ns/e')).to.deep.include({ count: 3, first: 9_000, last: 9_000 });
    expect(counts.fresh(seen(5))).to.equal(0);
  });

  it('adds them to what was there before, which began then and goes on until now', () => {
    history.set('ns/e', seen(4));
    setAside(event({ count: 6, lastTimestamp: time(20) }), 2, counts, history);
    expect(history.get('ns/e')).to.deep.include({ count: 6, first: 1_000, last: 20_000 });
  });

  it('leaves alone what has nothing new, or says nothing of a pull', () => {
    const other = event({ message: failedTo(CAUSES.limit()).replace('Failed', 'Unable') });
    expect([setAside(seen(5), 0, counts, history), setAside(other, 3, counts, history)]).to.deep.equal([false, false]);
    expect([history.size, counts.size]).to.deep.equal([0, 0]);
  });
});

describe('what was for another to count', () => {
  const cases = table(
    'last  | led since | looked since | now   | late',
    '9000  | 10000     | 0            | 10001 | yes',
    '10000 | 10000     | 0            | 10001 | yes',
    '11000 | 10000     | 0            | 10001 | no',
    '9000  | 10000     | 0            | 14999 | yes',
    '9000  | 10000     | 0            | 15000 | no',
    '9000  | 10000     | 20000        | 24999 | yes',
    '9000  | 10000     | 20000        | 25000 | no',
    '11000 | 10000     | 20000        | 20001 | no',
  );
  for (const row of cases)
    it(row.title, () => {
      const tenure = { ledSince: Number(row['led since']), lookedSince: Number(row['looked since']) };
      expect(isLate(Number(row.last), tenure, Number(row.now))).to.equal(row.late === 'yes');
    });
});
