import { expect } from 'chai';
import { EventCounts } from '../../../src/pulls/events/event-counts.ts';
import { table } from '../../table.ts';

const HOUR = 3_600_000;
const at = (count: number, name = 'e') => ({ namespace: 'ns', name, count });

describe('EventCounts', () => {
  /** `+N` the Event is seen with this count, `x` it goes, `s` what has been gone for long is forgotten; time stands still otherwise. */
  const cases = table(
    'what is seen       | counted  | why',
    '+1                 | 1        | the first occurrence',
    '+37                | 1        | what went before is unknown',
    '+1 +2 +3           | 1 1 1    | one after the other',
    '+1 +9              | 1 8      | the kubelet counts also what its spam filter does not send',
    '+3 +3 +3           | 1 0 0    | a relist shows what was there',
    '+5 +2              | 1 2      | a kubelet that restarted begins anew',
    '+5 +0              | 1 0      | nothing happened since',
    '+5 x +6            | 1 1      | it expired, and comes again with all that it had',
    '+5 x +5            | 1 0      | nothing happened between',
    '+5 x x +7          | 1 2      | it goes once',
    '+5 x +1            | 1 1      | it expired, and the kubelet restarted',
    '+5 x s +6          | 1 1      | it went a moment ago',
    'x +1               | 1        | what was never seen cannot go',
  );
  for (const { title, 'what is seen': seen, counted } of cases) {
    it(title, () => {
      const counts = new EventCounts();
      const fresh = seen.split(' ').flatMap((step) => {
        if (step === 'x') counts.gone(at(0), 0);
        else if (step === 's') counts.sweep(HOUR);
        else {
          const entry = at(Number(step.slice(1)));
          const found = counts.fresh(entry);
          counts.settle(entry);
          return [found];
        }
        return [];
      });
      expect(fresh.join(' ')).to.equal(counted);
    });
  }

  it('counts nothing by being asked: what is not settled is asked for again', () => {
    const counts = new EventCounts();
    counts.settle(at(1));
    expect([counts.fresh(at(4)), counts.fresh(at(4))]).to.deep.equal([3, 3]);
  });

  it('keeps Events of one name in different namespaces apart', () => {
    const counts = new EventCounts();
    counts.settle(at(5));
    expect(counts.fresh({ namespace: 'other', name: 'e', count: 7 })).to.equal(1);
  });

  it('remembers an Event that is gone for two hours, and no longer', () => {
    const counts = new EventCounts();
    counts.settle(at(5));
    counts.gone(at(0), HOUR);
    counts.sweep(3 * HOUR - 1);
    expect([counts.size, counts.fresh(at(7))]).to.deep.equal([1, 2]);
    counts.sweep(3 * HOUR);
    expect([counts.size, counts.fresh(at(7))]).to.deep.equal([0, 1]);
  });

  it('never forgets one that is there, and of those that are gone the oldest first', () => {
    const counts = new EventCounts();
    counts.settle(at(9, 'there'));
    for (let index = 0; index <= 50_000; index++) {
      counts.settle(at(5, `e${index}`));
      counts.gone(at(0, `e${index}`), index);
    }
    expect(counts.size).to.equal(50_001);
    expect(['there', 'e0', 'e1'].map((name) => counts.fresh(at(10, name)))).to.deep.equal([1, 1, 5]);
  });
});
