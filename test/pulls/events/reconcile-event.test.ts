import { expect } from 'chai';
import { ApiError } from '../../../src/kube/errors.ts';
import type { EventEntry } from '../../../src/pulls/events/event.ts';
import { EventCounts } from '../../../src/pulls/events/event-counts.ts';
import { FollowedPods } from '../../../src/pulls/pods/followed-pods.ts';
import type { ObjectKey } from '../../../src/pulls/object-key.ts';
import type { PodEntry } from '../../../src/pulls/pods/pod.ts';
import type { Lookup } from '../../../src/pulls/pods/pod-lookup.ts';
import { type EventDeps, type Occurrences, reconcileEvent } from '../../../src/pulls/events/reconcile-event.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';
import { slimPod } from '../../../src/pulls/pods/pod.ts';
import { CAUSES, event, failedTo, IMAGE, pod, podOf } from '../fixtures.ts';

const KEY: ObjectKey = 'ns/e';

describe('reconcileEvent', () => {
  let entry: EventEntry | undefined;
  let pending: PodEntry | undefined;
  let answers: (Lookup | Error)[];
  let taken: Occurrences[];
  let deps: EventDeps;
  beforeEach(() => {
    const clock = new FakeClock();
    [entry, pending, answers, taken] = [event(), pod(), [], []];
    deps = {
      events: { get: () => entry },
      pending: { get: () => pending },
      followed: new FollowedPods(clock),
      lookup: {
        find: () => {
          const answer = answers.shift() ?? new Error('nobody should ask');
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
        },
      },
      counts: new EventCounts(),
      history: new Map(),
      take: (occurrences) => taken.push(occurrences),
      now: () => clock.now(),
    };
  });
  const counted = (): number[] => taken.map(({ count }) => count);

  it('counts what is new, once', async () => {
    await reconcileEvent(KEY, deps);
    await reconcileEvent(KEY, deps);
    entry = event({ count: 5 });
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([1, 4]);
    expect(taken[0]).to.deep.include({ pod: pending, failure: entry.failure });
  });

  it('remembers the count of an Event that says nothing of a pull, for when its text changes', async () => {
    entry = event({ message: 'Error: ErrImagePull', count: 20 });
    await reconcileEvent(KEY, deps);
    entry = event({ count: 22 });
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([2]);
  });

  it('goes on where it was when an Event goes and comes again', async () => {
    entry = event({ count: 5 });
    await reconcileEvent(KEY, deps);
    entry = undefined;
    await reconcileEvent(KEY, deps);
    entry = event({ count: 6 });
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([1, 1]);
  });

  it('reads a pod that it does not know, and follows it, be it waiting yet or not', async () => {
    pending = undefined;
    answers = [{ kind: 'found', pod: pod() }];
    await reconcileEvent(KEY, deps);
    expect([counted(), deps.followed.size]).to.deep.equal([[1], 1]);
    entry = event({ count: 2 });
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([1, 1]);
  });

  const forged: readonly (readonly [string, () => void])[] = [
    ['another uid', () => (pending = pod({ uid: 'another' }))],
    ['another image', () => (pending = pod({ image: 'another:1' }))],
    ['no pod', () => (pending = undefined)],
  ];
  for (const [what, arrange] of forged)
    it(`counts nothing where it finds ${what}, and does not ask again until the Event changes`, async () => {
      arrange();
      answers = [pending === undefined ? { kind: 'absent' } : { kind: 'found', pod: pending }];
      await reconcileEvent(KEY, deps);
      await reconcileEvent(KEY, deps);
      expect([counted(), deps.followed.size, answers]).to.deep.equal([[], 0, []]);
    });

  it('finds the image of a volume', async () => {
    pending = slimPod({ ...podOf({ image: 'another:1' }), spec: { volumes: [{ image: { reference: IMAGE } }] } });
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([1]);
  });

  it('finds a static pod, of which its kubelet speaks by another uid than the API server', async () => {
    const annotations = { 'kubernetes.io/config.mirror': 'u' };
    const raw = podOf({ uid: 'of-the-mirror' });
    pending = slimPod({ ...raw, metadata: { ...raw.metadata, annotations } });
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([1]);
  });

  it('counts nothing, and asks nobody, for an Event that names no pod', async () => {
    pending = undefined;
    entry = event({ involvedObject: { kind: 'Pod', name: 'p' } });
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([]);
  });

  it('waits for its turn where too many pods are to be read, and counts then all that came meanwhile', async () => {
    pending = undefined;
    answers = [
      { kind: 'later', ms: 700 },
      { kind: 'found', pod: pod() },
    ];
    expect(await reconcileEvent(KEY, deps)).to.deep.equal({ kind: 'after', ms: 700 });
    entry = event({ count: 1 });
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([1]);
  });

  it('loses nothing where the pod cannot be read now', async () => {
    pending = undefined;
    answers = [new ApiError({ kind: 'server-error', method: 'GET', path: '/' }), { kind: 'found', pod: pod() }];
    let thrown: unknown;
    await reconcileEvent(KEY, deps).catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(ApiError);
    await reconcileEvent(KEY, deps);
    expect(counted()).to.deep.equal([1]);
  });

  it('does not count what was set aside while the pod was read', async () => {
    pending = undefined;
    const found: Lookup = { kind: 'found', pod: pod() };
    const lookup: EventDeps['lookup'] = {
      find: () => {
        deps.counts.settle(event());
        return Promise.resolve(found);
      },
    };
    await reconcileEvent(KEY, { ...deps, lookup });
    expect(counted()).to.deep.equal([]);
  });

  describe('at the start', () => {
    const times = { firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:10:00Z' };
    const begin = (past: EventEntry): void => {
      deps.history.set(KEY, past);
      deps.counts.settle(past);
      entry = past;
    };

    it('restores an Event with its times, the last occurrence at the last of them and the others at the first', async () => {
      begin(event({ ...times, count: 5 }));
      await reconcileEvent(KEY, deps);
      expect(taken.map(({ count, before }) => [count, before])).to.deep.equal([
        [4, Date.parse(times.firstTimestamp)],
        [1, Date.parse(times.lastTimestamp)],
      ]);
      expect(deps.history.size).to.equal(0);
    });

    it('restores one of an aggregated Event: nobody knows what the others were', async () => {
      const message = `(combined from similar events): ${failedTo(CAUSES.limit())}`;
      begin(event({ ...times, message, count: 400 }));
      await reconcileEvent(KEY, deps);
      expect(taken.map(({ count, before }) => [count, before])).to.deep.equal([[1, Date.parse(times.lastTimestamp)]]);
    });

    it('counts what came since, apart from what it restores', async () => {
      begin(event({ ...times, count: 1 }));
      entry = event({ ...times, count: 3 });
      await reconcileEvent(KEY, deps);
      expect(taken.map(({ count, before }) => [count, before !== undefined])).to.deep.equal([
        [1, true],
        [2, false],
      ]);
    });

    it('restores the words of then, where the text has changed since', async () => {
      begin(event({ ...times, count: 1 }));
      entry = event({ message: failedTo(CAUSES.missing()), count: 1 });
      await reconcileEvent(KEY, deps);
      expect(taken.map(({ failure }) => failure.outcome)).to.deep.equal(['rate-limited']);
    });

    it('restores an Event that is gone by now', async () => {
      begin(event(times));
      entry = undefined;
      await reconcileEvent(KEY, deps);
      expect(counted()).to.deep.equal([1]);
    });

    it('keeps it for later where the pod has to wait to be read, and drops it where there is none', async () => {
      begin(event(times));
      pending = undefined;
      answers = [{ kind: 'later', ms: 5 }, { kind: 'absent' }];
      await reconcileEvent(KEY, deps);
      expect(deps.history.size).to.equal(1);
      await reconcileEvent(KEY, deps);
      expect([deps.history.size, counted()]).to.deep.equal([0, []]);
    });
  });
});
