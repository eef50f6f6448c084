import { expect } from 'chai';
import type { PolicyName } from '../../src/api/keys.ts';
import { CacheStore } from '../../src/kube/cache-store.ts';
import { type ReflectorHealth, startingHealth, watchingHealth } from '../../src/kube/reflector-health.ts';
import type { Stored } from '../../src/kube/store.ts';
import type { Coverage } from '../../src/pulls/coverage/coverage.ts';
import type { EventEntry, PodEvent } from '../../src/pulls/events/event.ts';
import { PullsFlow, type Watched } from '../../src/pulls/flow.ts';
import type { PodEntry } from '../../src/pulls/pods/pod.ts';
import type { Lookup } from '../../src/pulls/pods/pod-lookup.ts';
import type { SaidBefore } from '../../src/pulls/report/said-before.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { FakeClock } from '../runtime/fake-clock.ts';
import { CAUSES, coverage, event, failedTo, limitedPod, pod, policy } from './fixtures.ts';

const START = '2026-01-01T12:00:00.000Z';
const ago = (seconds: number): string => new Date(Date.parse(START) - seconds * 1000).toISOString();
const HUB = policy().name;
const NEW: SaidBefore = { rateLimit: undefined, isLimited: false, isRefused: false, isNew: true };
const SAID: SaidBefore = { ...NEW, isNew: false };
const ignore = (): void => undefined;

/** A reflector without an API server behind it. */
class FakeWatch<T extends Stored> implements Watched<T> {
  readonly name: string;
  readonly store = new CacheStore<T>((error) => {
    throw error;
  });
  health: ReflectorHealth = watchingHealth(startingHealth(0, false), 0);
  readonly #handlers: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  onHealth(handler: () => void): void {
    this.#handlers.push(handler);
  }

  turns(state: ReflectorHealth['state']): void {
    this.health = { ...this.health, state };
    for (const handler of this.#handlers) handler();
  }
}

describe('PullsFlow', () => {
  let clock: FakeClock;
  let pods: FakeWatch<PodEntry>;
  let events: FakeWatch<EventEntry>;
  let covering: Coverage;
  let isCovered: PromiseWithResolvers<void>;
  let isLeading: boolean;
  let counted: string[];
  let woken: PolicyName[];
  let saidWhenWoken: (string | undefined)[];
  let find: () => Promise<Lookup>;
  let flow: PullsFlow;
  let version: number;

  beforeEach(() => {
    clock = new FakeClock(START);
    [pods, events] = [new FakeWatch('pods'), new FakeWatch('events')];
    [covering, isCovered, isLeading, version] = [coverage(), Promise.withResolvers(), true, 0];
    [counted, woken, saidWhenWoken] = [[], [], []];
    find = () => Promise.resolve({ kind: 'absent' });
    flow = new PullsFlow({
      caches: { pods, events },
      coverage: { policies: () => covering.policies(), pullSecretsOf: (...args) => covering.pullSecretsOf(...args) },
      covered: () => isCovered.promise,
      lookup: { find: () => find() },
      observer: {
        queue: () => ({
          added: ignore,
          started: ignore,
          finished: ignore,
          retried: ignore,
          depth: ignore,
          watch: ignore,
        }),
        controller: () => ({ reconciled: ignore, active: ignore }),
        counts: {
          rateLimited: (...args) => counted.push(`limited ${args.join(' ')}`),
          refused: (...args) => counted.push(`refused ${args.join(' ')}`),
          uncovered: (...args) => counted.push(`uncovered ${args.join(' ')}`),
          kubeletLimited: (...args) => counted.push(`qps ${args.join(' ')}`),
        },
      },
      wake: (name) => {
        woken.push(name);
        saidWhenWoken.push(reason(SAID));
      },
      isLeading: () => isLeading,
      clock,
      log: silentLog,
    });
  });
  afterEach(async () => {
    const stopped = flow.stop();
    await clock.advance(2_000);
    await stopped;
  });

  /** An Event of this moment, in a version of its own. */
  const told = (changes: Partial<PodEvent> = {}, name = 'e'): EventEntry => ({
    ...event({ lastTimestamp: ago(0), firstTimestamp: ago(0), ...changes }, name),
    resourceVersion: (++version).toString(),
  });

  async function start(entries: readonly EventEntry[] = [], pending: readonly PodEntry[] = [pod()]): Promise<void> {
    flow.start();
    pods.store.replace(pending);
    events.store.replace(entries);
    isCovered.resolve();
    await clock.advance(1);
  }
  async function happens(changes: Partial<PodEvent>, name?: string): Promise<void> {
    events.store.set(told(changes, name));
    await clock.advance(1);
  }
  const reason = (before: SaidBefore = NEW): string | undefined =>
    flow.report(HUB, before)?.findings.find(({ type }) => type === 'RateLimited')?.reason;
  const failures = (): number | undefined => flow.report(HUB, SAID)?.rateLimit?.failuresInWindow;
  const gauge = (): string[] => [...flow.waitingContainers()].map((each) => Object.values(each).join(' '));

  it('has nothing to say before everything that was there was looked at; a policy that said something keeps it', async () => {
    flow.start();
    expect([reason(), flow.report(HUB, SAID)]).to.deep.equal(['NothingObserved', undefined]);
    events.store.replace([told()]);
    await clock.advance(1);
    expect(reason()).to.equal('NothingObserved');
    pods.store.replace([limitedPod()]);
    await clock.advance(1);
    expect([reason(), gauge()]).to.deep.equal(['NothingObserved', []]);
    isCovered.resolve();
    await clock.advance(1);
    expect([reason(), woken.includes(HUB)]).to.deep.equal(['AnonymousPullLimit', true]);
    expect(gauge()).to.deep.equal(['docker.io ns 1']);
    expect(saidWhenWoken).not.to.include('NoRecentFailures');
  });

  it('counts nothing that was there at the start, and makes the condition of it', async () => {
    await start([told({ count: 9, firstTimestamp: ago(60), lastTimestamp: ago(30) })]);
    expect([counted, failures(), reason()]).to.deep.equal([[], 9, 'AnonymousPullLimit']);
    await happens({ count: 11 });
    expect([counted, failures()]).to.deep.equal([['limited docker.io ns anonymous 2'], 11]);
  });

  it('does not take for recent what an old Event counted long ago', async () => {
    await start([told({ count: 9, firstTimestamp: ago(7_200), lastTimestamp: ago(30) })]);
    expect(failures()).to.equal(1);
    await clock.advance(900_000);
    expect([failures(), reason()]).to.deep.equal([undefined, 'NoRecentFailures']);
  });

  it('does not wait, with what it has to say, for pods that have to be read one after the other', async () => {
    find = () => Promise.resolve({ kind: 'later', ms: 5_000 });
    await start([told()], []);
    expect([reason(), failures()]).to.deep.equal(['NoRecentFailures', undefined]);
    find = () => Promise.resolve({ kind: 'found', pod: pod() });
    await clock.advance(5_000);
    expect([failures(), counted]).to.deep.equal([1, []]);
  });

  it('counts one failure once, be it told by an Event, by the status, or by both', async () => {
    await start();
    await happens({});
    pods.store.set({ ...limitedPod(), resourceVersion: '2' });
    await clock.advance(1);
    expect([counted, failures(), gauge()]).to.deep.equal([['limited docker.io ns anonymous 1'], 1, ['docker.io ns 1']]);
  });

  it('counts a relist once, and what it brings that is new', async () => {
    await start();
    await happens({ count: 2 });
    events.store.replace([told({ count: 2 }), told({ count: 1 }, 'another')]);
    await clock.advance(1);
    events.store.replace([told({ count: 5 })]);
    await clock.advance(1);
    expect(counted).to.deep.equal([1, 1, 3].map((count) => `limited docker.io ns anonymous ${count}`));
  });

  it('counts apart what is refused, held back by the kubelet, covered by nobody, or of a registry without a name', async () => {
    covering = coverage([policy({ covers: (namespace) => namespace !== 'ns' })]);
    await start([], [pod(), pod({ name: 'q', uid: 'v', image: 'a.example.net/x:1' })]);
    await happens({ message: failedTo(CAUSES.refused()) }, 'a');
    await happens({ message: failedTo(CAUSES.qps()) }, 'b');
    await happens({ message: failedTo(CAUSES.missing()) }, 'c');
    const involvedObject = { kind: 'Pod', namespace: 'ns', name: 'q', uid: 'v' };
    await happens({ message: failedTo(CAUSES.anonymous(), 'a.example.net/x:1'), involvedObject }, 'd');
    expect(counted).to.deep.equal([
      'refused docker.io ns 1',
      'qps ns 1',
      'limited other ns anonymous 1',
      'uncovered other ns 1',
    ]);
  });

  describe('as a follower', () => {
    beforeEach(async () => {
      isLeading = false;
      flow.follow();
      await start();
    });
    function lead(): void {
      isLeading = true;
      flow.lead();
    }

    it('counts nothing, and knows everything when it leads', async () => {
      await happens({ count: 4 });
      await clock.advance(10_000);
      woken.length = 0;
      lead();
      await clock.advance(10_000);
      expect([counted, failures(), woken]).to.deep.equal([[], 1, [HUB]]);
      await happens({ count: 6, lastTimestamp: ago(-30) });
      expect(counted).to.deep.equal(['limited docker.io ns anonymous 2']);
    });

    it('does not count what it heard of and had not come to when it began to lead', async () => {
      // By the clock of its node it is yet to come.
      events.store.set(told({ count: 1, lastTimestamp: ago(-60) }));
      lead();
      await clock.advance(1);
      expect([counted, failures()]).to.deep.equal([[], 1]);
    });

    it('does not count what the watch brings late, and what a wrong clock dates back only for a moment', async () => {
      await clock.advance(10_000);
      lead();
      await happens({ lastTimestamp: ago(0) }, 'late');
      expect([counted, failures()]).to.deep.equal([[], 1]);
      await clock.advance(5_000);
      await happens({ lastTimestamp: ago(3_600) }, 'wrong');
      expect(counted).to.deep.equal(['limited docker.io ns anonymous 1']);
    });
  });

  it('observes nothing while the API server refuses to show pods or Events', async () => {
    await start([told()]);
    woken.length = 0;
    events.turns('forbidden');
    expect([woken, reason(), reason(SAID)]).to.deep.equal([[HUB], 'NothingObserved', 'NothingObserved']);
    events.turns('watching');
    expect(reason()).to.equal('AnonymousPullLimit');
    pods.turns('forbidden');
    expect(reason()).to.equal('NothingObserved');
  });

  it('has nothing to say of a policy that is not there', async () => {
    covering = coverage([]);
    await start();
    expect(flow.report(HUB, NEW)).to.equal(undefined);
  });

  it('keeps the gauge in step with pods that come, wait, and go', async () => {
    await start([], []);
    pods.store.set(limitedPod());
    await clock.advance(1);
    expect([gauge(), woken.includes(HUB)]).to.deep.equal([['docker.io ns 1'], true]);
    pods.store.remove(limitedPod());
    await clock.advance(1);
    expect(gauge()).to.deep.equal([]);
  });

  it('says of which registries there may be series', async () => {
    covering = coverage([policy({ keys: ['own.example.com'] })]);
    await start();
    expect(['own.example.com', 'docker.io', 'else.example.com'].map(flow.labels())).to.deep.equal([true, true, false]);
  });
});
