import { expect } from 'chai';
import { WorkQueue } from '../../src/runtime/queue.ts';
import { FakeClock, settle } from './fake-clock.ts';

function setup() {
  const clock = new FakeClock();
  const seen: string[] = [];
  const observer = {
    added: () => seen.push('added'),
    started: (seconds: number) => seen.push(`started after ${String(seconds)}`),
    finished: (seconds: number) => seen.push(`finished after ${String(seconds)}`),
    retried: () => seen.push('retried'),
    depth: () => undefined,
  };
  const backoff = { baseMs: 100, maxMs: 1_000 };
  const queue = new WorkQueue<string>({ name: 'test', clock, random: () => 1, backoff, observer });
  return { clock, queue, seen };
}

describe('WorkQueue', () => {
  it('gives keys in the order in which they were added', async () => {
    const { queue } = setup();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect([await queue.get(), await queue.get(), await queue.get()]).to.deep.equal(['a', 'b', 'c']);
  });

  it('holds a key that is added twice only once', async () => {
    const { queue } = setup();
    queue.add('a');
    queue.add('a');
    expect(queue.length).to.equal(1);
    expect(await queue.get()).to.equal('a');
    expect(queue.length).to.equal(0);
  });

  it('gives a key that is added while it is worked on again, but only after its done', async () => {
    const { queue } = setup();
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect(await queue.get()).to.equal('b');
    const next = queue.get();
    queue.done('a');
    expect(await next).to.equal('a');
    queue.done('a');
    expect(queue.length).to.equal(0);
  });

  it('wakes a worker that waits', async () => {
    const { queue } = setup();
    const first = queue.get();
    const second = queue.get();
    queue.add('a');
    queue.add('b');
    expect([await first, await second]).to.deep.equal(['a', 'b']);
  });

  it('delays a key', async () => {
    const { clock, queue } = setup();
    queue.addAfter('a', 100);
    await clock.advance(99);
    expect(queue.length).to.equal(0);
    await clock.advance(1);
    expect(queue.length).to.equal(1);
  });

  const delays = [
    { first: 100, second: 300, due: 100 },
    { first: 300, second: 100, due: 100 },
    { first: 100, second: 0, due: 0 },
  ];
  for (const { first, second, due } of delays) {
    it(`delays of ${String(first)} and ${String(second)} ms: the earliest wins`, async () => {
      const { clock, queue } = setup();
      queue.addAfter('a', first);
      queue.addAfter('a', second);
      await clock.advance(due);
      expect(queue.length).to.equal(1);
    });
  }

  it('runs a key once although two delayed adds were asked for', async () => {
    const { clock, queue } = setup();
    queue.addAfter('a', 300);
    queue.addAfter('a', 100);
    await clock.advance(100);
    queue.done((await queue.get()) ?? '');
    await clock.advance(1_000);
    expect(queue.length).to.equal(0);
  });

  it('backs off per key until the key is forgotten', async () => {
    const { clock, queue } = setup();
    const delays: number[] = [];
    for (const key of ['a', 'a', 'b', 'a']) {
      const asked = clock.now();
      queue.addRateLimited(key);
      while (queue.length === 0) await clock.advance(50);
      delays.push(clock.now() - asked);
      queue.done((await queue.get()) ?? '');
    }
    expect(delays).to.deep.equal([100, 200, 100, 400]);
    expect(queue.failures('a')).to.equal(3);
    queue.forget('a');
    expect(queue.failures('a')).to.equal(0);
  });

  it('lets waiting workers go at shutdown, and gives and takes nothing more', async () => {
    const { clock, queue } = setup();
    const waiting = queue.get();
    queue.addAfter('b', 100);
    queue.shutDown();
    queue.add('a');
    queue.addAfter('a', 1);
    queue.addRateLimited('a');
    await clock.advance(1_000);
    expect([await waiting, await queue.get(), queue.length, clock.timers]).to.deep.equal([undefined, undefined, 0, 0]);
  });

  it('drops what is queued at shutdown, and what was added again while it was worked on', async () => {
    const { queue } = setup();
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('b');
    queue.shutDown();
    queue.done('a');
    await settle();
    expect([queue.length, await queue.get()]).to.deep.equal([0, undefined]);
  });

  it('tells how long keys waited and were worked on', async () => {
    const { clock, queue, seen } = setup();
    queue.add('a');
    queue.add('a');
    await clock.advance(2_000);
    await queue.get();
    await clock.advance(3_000);
    expect(queue.unfinished()).to.deep.equal({ seconds: 3, longest: 3 });
    queue.done('a');
    queue.addRateLimited('a');
    expect(seen).to.deep.equal(['added', 'started after 2', 'finished after 3', 'retried']);
    expect(queue.unfinished()).to.deep.equal({ seconds: 0, longest: 0 });
  });
});
