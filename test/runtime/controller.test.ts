import { expect } from 'chai';
import {
  after as afterMs,
  Controller,
  type ControllerOptions,
  done,
  type Next,
  retry,
} from '../../src/runtime/controller.ts';
import { WorkQueue } from '../../src/runtime/queue.ts';
import { FakeClock, settle } from './fake-clock.ts';

type Options = Partial<Pick<ControllerOptions<string>, 'workers' | 'reconcile' | 'onError'>>;

function setup(options: Options) {
  const clock = new FakeClock();
  const queue = new WorkQueue<string>({ name: 'test', clock, random: () => 1, backoff: { baseMs: 100, maxMs: 1_000 } });
  const results: string[] = [];
  const busy: number[] = [];
  const controller = new Controller<string>({
    name: 'test',
    queue,
    workers: 1,
    clock,
    reconcile: () => Promise.resolve(done),
    onError: () => retry,
    observer: { reconciled: (result) => results.push(result), active: (workers) => busy.push(workers) },
    ...options,
  });
  return { clock, queue, controller, results, busy };
}

/** A run that ends when it is told to. */
function gatedRuns() {
  const ends: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const reconcile = (_key: string, signal: AbortSignal): Promise<Next> => {
    signals.push(signal);
    return new Promise((resolve) => {
      ends.push(() => {
        resolve(done);
      });
    });
  };
  return { ends, signals, reconcile };
}

describe('Controller', () => {
  const outcomes: {
    name: string;
    run: () => Promise<Next>;
    onError?: () => Next;
    result: string;
    again: number | undefined;
  }[] = [
    { name: 'done', run: () => Promise.resolve(done), result: 'success', again: undefined },
    { name: 'after', run: () => Promise.resolve(afterMs(500)), result: 'requeue_after', again: 500 },
    { name: 'retry', run: () => Promise.resolve(retry), result: 'requeue', again: 100 },
    { name: 'a failure that is retried', run: () => Promise.reject(new Error('no')), result: 'error', again: 100 },
    {
      name: 'a failure that is final',
      run: () => Promise.reject(new Error('no')),
      onError: () => done,
      result: 'error',
      again: undefined,
    },
    {
      name: 'a failure with a delay',
      run: () => Promise.reject(new Error('no')),
      onError: () => afterMs(300),
      result: 'error',
      again: 300,
    },
    {
      name: 'an error policy that fails itself',
      run: () => Promise.reject(new Error('no')),
      onError: () => {
        throw new Error('policy');
      },
      result: 'error',
      again: 100,
    },
  ];
  for (const { name, run, onError, result, again } of outcomes) {
    it(`${name}: runs again ${again === undefined ? 'never' : `after ${String(again)} ms`}`, async () => {
      const runs: number[] = [];
      const { clock, queue, controller, results } = setup({
        reconcile: () => {
          runs.push(clock.now());
          return runs.length === 1 ? run() : Promise.resolve(done);
        },
        ...(onError !== undefined && { onError }),
      });
      controller.start();
      queue.add('a');
      await clock.advance(10_000);
      expect(runs).to.deep.equal(again === undefined ? [0] : [0, again]);
      expect(results[0]).to.equal(result);
      await controller.stop(0);
    });
  }

  it('forgets the back-off of a key that succeeded', async () => {
    const answers = [retry, retry, done];
    const { clock, queue, controller } = setup({ reconcile: () => Promise.resolve(answers.shift() ?? done) });
    controller.start();
    queue.add('a');
    await clock.advance(150);
    expect(queue.failures('a')).to.equal(2);
    await clock.advance(1_000);
    expect(queue.failures('a')).to.equal(0);
    await controller.stop(0);
  });

  it('keeps the back-off of a key whose failures ask for a delay', async () => {
    let failures = 0;
    const { clock, queue, controller } = setup({
      reconcile: () => Promise.reject(new Error('no')),
      onError: () => (failures++ === 0 ? retry : afterMs(60_000)),
    });
    controller.start();
    queue.add('a');
    await clock.advance(1_000);
    expect(queue.failures('a')).to.equal(1);
    await controller.stop(0);
  });

  it('works on different keys at once, and never on the same key twice at once', async () => {
    const { ends, reconcile } = gatedRuns();
    const { queue, controller, busy } = setup({ workers: 4, reconcile });
    controller.start();
    queue.add('a');
    await settle();
    queue.add('a');
    queue.add('b');
    await settle();
    expect(ends).to.have.length(2);
    expect(Math.max(...busy)).to.equal(2);
    for (const end of ends) end();
    await settle();
    expect(ends).to.have.length(3);
    for (const end of ends) end();
    await controller.stop(1_000);
  });

  it('waits for what is in flight when it stops, and starts nothing new', async () => {
    const { ends, signals, reconcile } = gatedRuns();
    const { queue, controller } = setup({ reconcile });
    controller.start();
    queue.add('a');
    queue.add('b');
    await settle();
    const stopped = controller.stop(1_000);
    ends[0]?.();
    await stopped;
    expect(signals).to.have.length(1);
  });

  it('aborts what is still in flight after the drain time, and abandons what ignores that', async () => {
    const { signals, reconcile } = gatedRuns();
    const { clock, queue, controller } = setup({ reconcile });
    controller.start();
    queue.add('a');
    await settle();
    let stopped = false;
    const stopping = controller.stop(5_000).then(() => (stopped = true));
    await clock.advance(4_999);
    expect(signals[0]?.aborted).to.equal(false);
    await clock.advance(1);
    expect([signals[0]?.aborted, stopped]).to.deep.equal([true, false]);
    await clock.advance(1_000);
    await stopping;
  });

  it('leaves no timer behind when it stops with nothing in flight', async () => {
    const { clock, controller } = setup({});
    controller.start();
    await controller.stop(5_000);
    expect(clock.timers).to.equal(0);
  });

  it('does not start after it was stopped', async () => {
    const { queue, controller, results } = setup({});
    await controller.stop(0);
    controller.start();
    queue.add('a');
    await settle();
    expect(results).to.deep.equal([]);
  });
});
