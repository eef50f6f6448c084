import { expect } from 'chai';
import { sleep, systemClock } from '../../src/runtime/clock.ts';
import { FakeClock } from './fake-clock.ts';

describe('sleep', () => {
  it('resolves when its time has come, and not before', async () => {
    const clock = new FakeClock();
    let awake = false;
    const sleeping = sleep(clock, 100).then(() => (awake = true));
    await clock.advance(99);
    expect(awake).to.equal(false);
    await clock.advance(1);
    await sleeping;
    expect(awake).to.equal(true);
  });

  it('resolves early when the signal aborts, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const sleeping = sleep(clock, 100, controller.signal);
    controller.abort();
    await sleeping;
    expect(clock.timers).to.equal(0);
  });

  it('resolves at once when the signal has aborted already', async () => {
    const clock = new FakeClock();
    await sleep(clock, 100, AbortSignal.abort());
    expect(clock.timers).to.equal(0);
  });
});

describe('systemClock', () => {
  it('fires a timer unless it is cancelled', async () => {
    const fired: string[] = [];
    const cancel = systemClock.setTimer(1, () => fired.push('cancelled'));
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.setTimer(2, () => {
        fired.push('kept');
        resolve();
      });
    });
    expect(fired).to.deep.equal(['kept']);
  });

  it('does not fire a timer beyond the range of Node timers at once', async () => {
    let fired = false;
    const cancel = systemClock.setTimer(2 ** 40, () => (fired = true));
    await sleep(systemClock, 5);
    cancel();
    expect(fired).to.equal(false);
  });
});
