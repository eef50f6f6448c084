import { expect } from 'chai';
import type { Pod } from '../../src/pulls/pods/pod.ts';
import { limitedPod, podOf } from './fixtures.ts';
import { absent, ago, FlowFixture, HUB, SAID } from './flow-fixture.ts';

describe('PullsFlow, at the start and at a change of leader,', () => {
  let world: FlowFixture;
  beforeEach(() => {
    world = new FlowFixture();
  });
  afterEach(() => world.stop());

  it('has nothing to say before everything that was there was looked at; a policy that said something keeps it', async () => {
    world.flow.start();
    expect([world.reason(), world.flow.report(HUB, SAID)]).to.deep.equal(['NothingObserved', undefined]);
    world.events.store.replace([world.told()]);
    await world.clock.advance(1);
    expect(world.reason()).to.equal('NothingObserved');
    world.pods.store.replace([limitedPod()]);
    await world.clock.advance(1);
    expect([world.reason(), world.gauge]).to.deep.equal(['NothingObserved', []]);
    await world.begins();
    expect([world.reason(), world.woken.includes(HUB)]).to.deep.equal(['AnonymousPullLimit', true]);
    expect(world.gauge).to.deep.equal(['docker.io ns 1']);
    expect(world.saidWhenWoken).not.to.include('NoRecentFailures');
  });

  it('counts nothing that was there at the start, and makes the condition of it', async () => {
    await world.start([world.told({ count: 9, firstTimestamp: ago(60), lastTimestamp: ago(30) })]);
    expect([world.counted, world.failures, world.reason()]).to.deep.equal([[], 9, 'AnonymousPullLimit']);
    await world.happens({ count: 11 });
    expect([world.counted, world.failures]).to.deep.equal([['limited docker.io ns anonymous 2'], 11]);
  });

  it('does not take for recent what an old Event counted long ago', async () => {
    await world.start([world.told({ count: 9, firstTimestamp: ago(7_200), lastTimestamp: ago(30) })]);
    expect(world.failures).to.equal(1);
    await world.clock.advance(900_000);
    expect([world.failures, world.reason()]).to.deep.equal([undefined, 'NoRecentFailures']);
  });

  it('does not wait, with what it has to say, for pods that have to be read one after the other', async () => {
    const forged = Array.from({ length: 20 }, (_, index) => world.told({}, `absent-${index}`));
    world.read = ({ name }) => (asked++ < forged.length ? absent({ namespace: 'ns', name }) : Promise.resolve(podOf()));
    let asked = 0;
    await world.start([...forged, world.told({}, 'true')], []);
    expect([world.reason(), world.failures]).to.deep.equal(['NoRecentFailures', undefined]);
    await world.clock.advance(200);
    expect([world.failures, world.counted]).to.deep.equal([1, []]);
  });

  it('has nothing to say before an Event that was there is looked at, however long its pod takes to read', async () => {
    const found = Promise.withResolvers<Pod>();
    world.read = () => found.promise;
    await world.start([world.told()], []);
    expect([world.reason(), world.saidWhenWoken]).to.deep.equal(['NothingObserved', []]);
    found.resolve(podOf());
    await world.clock.advance(1);
    expect(world.reason()).to.equal('AnonymousPullLimit');
  });

  it('has nothing to say before the pods that were there are looked at', async () => {
    await world.start([], [limitedPod()]);
    expect([world.reason(), world.saidWhenWoken.includes('NoRecentFailures')]).to.deep.equal([
      'AnonymousPullLimit',
      false,
    ]);
  });

  it('does not wait for pods that went before it could look at them', async () => {
    world.flow.start();
    world.pods.store.replace([limitedPod()]);
    world.events.store.replace([]);
    world.pods.store.remove(limitedPod());
    await world.begins();
    expect(world.reason()).to.equal('NoRecentFailures');
  });

  it('asks nobody for the pod of an Event that no window reaches', async () => {
    let asked = 0;
    world.read = (ref) => {
      asked++;
      return absent(ref);
    };
    await world.start(
      [world.told({ lastTimestamp: ago(86_401) }, 'old'), world.told({ lastTimestamp: ago(86_399) }, 'young')],
      [],
    );
    expect(asked).to.equal(1);
  });

  describe('while it may not work yet, since policies or pods are not to be seen', () => {
    it('keeps nothing of Events and pods that come and go', async () => {
      world.flow.start();
      world.events.store.replace([]);
      world.pods.store.replace([]);
      for (let index = 0; index < 1_000; index++) {
        const [entry, limited] = [world.told({}, `e${index}`), limitedPod({ name: `p${index}` })];
        world.events.store.set(entry);
        world.events.store.remove(entry);
        world.pods.store.set(limited);
        world.pods.store.remove(limited);
      }
      await world.begins();
      expect([world.mostQueued, world.counted, world.gauge]).to.deep.equal([0, [], []]);
    });

    it('loses nothing: what is there when it may is counted, and what went is known to be gone', async () => {
      world.flow.start();
      world.events.store.replace([
        world.told({ count: 3 }, 'stays'),
        world.told({ count: 5, lastTimestamp: ago(90_000) }, 'goes'),
      ]);
      world.events.store.set(world.told({ count: 7 }, 'stays'));
      world.events.store.set(world.told({}, 'comes'));
      world.events.store.remove(world.told({ count: 5, lastTimestamp: ago(90_000) }, 'goes'));
      world.pods.store.replace([limitedPod()]);
      await world.begins();
      expect(world.counted.map((each) => each.split(' ').at(-1)).sort()).to.deep.equal(['1', '4']);
      expect(world.gauge).to.deep.equal(['docker.io ns 1']);
      await world.clock.advance(3 * 3_600_000);
      world.counted.length = 0;
      await world.happens({ count: 9 }, 'goes');
      expect(world.counted).to.deep.equal(['limited docker.io ns anonymous 1']);
    });
  });

  it('does not count, in its first moments too, what a process before it has counted and a list that was behind has not shown', async () => {
    world.lead();
    await world.clock.advance(10_000);
    await world.start();
    await world.happens({ lastTimestamp: ago(20) }, 'before');
    expect([world.counted, world.failures]).to.deep.equal([[], 1]);
    await world.happens({ lastTimestamp: ago(-11) }, 'since');
    expect(world.counted).to.deep.equal(['limited docker.io ns anonymous 1']);
  });

  describe('as a follower', () => {
    beforeEach(async () => {
      world.isLeading = false;
      await world.start();
    });

    it('counts nothing, and knows everything when it leads', async () => {
      await world.happens({ count: 4 });
      await world.clock.advance(10_000);
      world.woken.length = 0;
      world.lead();
      await world.clock.advance(10_000);
      expect([world.counted, world.failures, world.woken]).to.deep.equal([[], 1, [HUB]]);
      await world.happens({ count: 6, lastTimestamp: ago(-30) });
      expect(world.counted).to.deep.equal(['limited docker.io ns anonymous 2']);
    });

    it('does not count what it heard of and had not come to when it began to lead', async () => {
      // By the clock of its node it is yet to come.
      world.events.store.set(world.told({ count: 1, lastTimestamp: ago(-60) }));
      world.lead();
      await world.clock.advance(1);
      expect([world.counted, world.failures]).to.deep.equal([[], 1]);
    });

    it('does not count what the watch brings late, and what a wrong clock dates back only for a moment', async () => {
      await world.clock.advance(10_000);
      world.lead();
      await world.happens({ lastTimestamp: ago(0) }, 'late');
      expect([world.counted, world.failures]).to.deep.equal([[], 1]);
      await world.clock.advance(5_000);
      await world.happens({ lastTimestamp: ago(3_600) }, 'wrong');
      expect(world.counted).to.deep.equal(['limited docker.io ns anonymous 1']);
    });
  });
});
