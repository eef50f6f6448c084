import { expect } from 'chai';
import { FollowedPods } from '../../../src/pulls/pods/followed-pods.ts';
import type { ObjectKey } from '../../../src/pulls/object-key.ts';
import type { PodEntry } from '../../../src/pulls/pods/pod.ts';
import type { Lookup } from '../../../src/pulls/pods/pod-lookup.ts';
import { type PodDeps, reconcilePod } from '../../../src/pulls/pods/reconcile-pod.ts';
import { WaitingPods } from '../../../src/pulls/pods/waiting.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';
import { limitedPod, pod } from '../fixtures.ts';

const KEY: ObjectKey = 'ns/p';

describe('reconcilePod', () => {
  let clock: FakeClock;
  let pending: PodEntry | undefined;
  let answer: Lookup;
  let asked: number;
  let changed: string[];
  let deps: PodDeps;
  beforeEach(() => {
    clock = new FakeClock();
    [pending, answer, asked, changed] = [undefined, { kind: 'absent' }, 0, []];
    deps = {
      pending: { get: () => pending },
      followed: new FollowedPods(clock),
      lookup: {
        find: () => {
          asked++;
          return Promise.resolve(answer);
        },
      },
      waiting: new WaitingPods(),
      changed: ({ namespace }) => changed.push(namespace),
      wallClock: () => clock.date().getTime(),
    };
  });
  const waiting = (): number => [...deps.waiting.blocked()].length;

  it('takes a pending pod from the cache, asks nobody, and tells of each change once', async () => {
    pending = limitedPod();
    await reconcilePod(KEY, deps);
    await reconcilePod(KEY, deps);
    expect([waiting(), asked, changed]).to.deep.equal([1, 0, ['ns']]);
    pending = undefined;
    await reconcilePod(KEY, deps);
    await reconcilePod(KEY, deps);
    expect([waiting(), asked, changed, deps.waiting.size]).to.deep.equal([0, 0, ['ns', 'ns'], 0]);
  });

  it('does not read a followed pod before its time, however often it is woken', async () => {
    deps.followed.begin(limitedPod());
    const next = await reconcilePod(KEY, deps);
    await reconcilePod(KEY, deps);
    expect([next.kind, waiting(), asked]).to.deep.equal(['after', 1, 0]);
  });

  it('reads it again ever more seldom for as long as it waits, five minutes apart at most', async () => {
    deps.followed.begin(limitedPod());
    answer = { kind: 'found', pod: limitedPod() };
    const pauses: number[] = [];
    for (let round = 0; round < 12; round++) {
      const next = await reconcilePod(KEY, deps);
      if (next.kind !== 'after') throw new Error(`it ended after ${round} rounds`);
      pauses.push(next.ms / 1000);
      await clock.advance(next.ms);
    }
    expect(pauses).to.deep.equal([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]);
  });

  const ends: readonly (readonly [string, Lookup])[] = [
    ['waits no more', { kind: 'found', pod: pod() }],
    ['is gone', { kind: 'absent' }],
    ['is another one of its name', { kind: 'found', pod: limitedPod({ uid: 'another' }) }],
  ];
  for (const [what, found] of ends)
    it(`leaves it when it ${what}, and keeps nothing of it`, async () => {
      deps.followed.begin(limitedPod());
      await reconcilePod(KEY, deps);
      await clock.advance(2_000);
      answer = found;
      expect(await reconcilePod(KEY, deps)).to.deep.equal({ kind: 'done' });
      expect([waiting(), deps.followed.size, deps.waiting.size, changed]).to.deep.equal([0, 0, 0, ['ns', 'ns']]);
    });

  it('keeps what it knows while too many pods are to be read', async () => {
    deps.followed.begin(limitedPod());
    await reconcilePod(KEY, deps);
    await clock.advance(2_000);
    answer = { kind: 'later', ms: 400 };
    expect(await reconcilePod(KEY, deps)).to.deep.equal({ kind: 'after', ms: 400 });
    expect(waiting()).to.equal(1);
  });

  it('believes the watch before its own reads', async () => {
    deps.followed.begin(limitedPod());
    pending = pod();
    await reconcilePod(KEY, deps);
    expect([waiting(), deps.followed.size, asked]).to.deep.equal([0, 0, 0]);
  });
});
