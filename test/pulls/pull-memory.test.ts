import { expect } from 'chai';
import { PullMemory } from '../../src/pulls/memory.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { FakeClock } from '../runtime/fake-clock.ts';
import { record } from './fixtures.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];

describe('PullMemory', () => {
  it('forgets notices after ten minutes, Events that are gone after two hours, and failures after a day', async () => {
    const clock = new FakeClock();
    const memory = new PullMemory(clock, silentLog);
    const kept = (): number[] => {
      memory.sweep();
      const failures = memory.failures.within(Infinity, clock.date().getTime());
      return [memory.notices.size, memory.counts.size, failures.length];
    };
    const event = { namespace: 'ns', name: 'e', count: 5 };
    memory.counts.settle(event);
    memory.counts.gone(event, clock.now());
    memory.failures.add(record({ at: clock.date().getTime() }));
    const words = {
      registry: 'docker.io',
      namespace: 'ns',
      pod: 'p',
      image: 'x',
      kind: 'anonymous',
      count: 1,
      words: '',
    };
    memory.notices.tell({ outcome: 'rate-limited', ...words });

    await clock.advance(10 * MINUTE - 1);
    expect(kept()).to.deep.equal([1, 1, 1]);
    await clock.advance(1);
    expect(kept()).to.deep.equal([0, 1, 1]);
    await clock.advance(2 * HOUR);
    expect(kept()).to.deep.equal([0, 0, 1]);
    await clock.advance(22 * HOUR);
    expect(kept()).to.deep.equal([0, 0, 0]);
  });
});
