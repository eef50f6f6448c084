import { expect } from 'chai';
import { CAUSES, coverage, failedTo, limitedPod, pod, podOf, policy } from './fixtures.ts';
import { absent, ago, FlowFixture, HUB, SAID } from './flow-fixture.ts';

describe('PullsFlow', () => {
  let world: FlowFixture;
  beforeEach(() => {
    world = new FlowFixture();
  });
  afterEach(() => world.stop());

  it('forgets now and then what is too old to matter', async () => {
    await world.start();
    await world.happens({ count: 5 });
    world.events.store.remove(world.told({ count: 5 }));
    await world.clock.advance(2 * 3_600_000);
    await world.clock.advance(10 * 60_000);
    await world.happens({ count: 7, lastTimestamp: ago(0) });
    expect(world.counted.map((each) => each.split(' ').at(-1))).to.deep.equal(['1', '1']);
  });

  it('counts one failure once, be it told by an Event, by the status, or by both', async () => {
    await world.start();
    await world.happens({});
    world.pods.store.set({ ...limitedPod(), resourceVersion: '2' });
    await world.clock.advance(1);
    expect([world.counted, world.failures, world.gauge]).to.deep.equal([
      ['limited docker.io ns anonymous 1'],
      1,
      ['docker.io ns 1'],
    ]);
  });

  it('counts a relist once, and what it brings that is new', async () => {
    await world.start();
    await world.happens({ count: 2 });
    world.events.store.replace([world.told({ count: 2 }), world.told({ count: 1 }, 'another')]);
    await world.clock.advance(1);
    world.events.store.replace([world.told({ count: 5 })]);
    await world.clock.advance(1);
    expect(world.counted).to.deep.equal([1, 1, 3].map((count) => `limited docker.io ns anonymous ${count}`));
  });

  it('counts apart what is refused, held back by the kubelet, covered by nobody, or of a registry without a name', async () => {
    world.covering = coverage([policy({ covers: (namespace) => namespace !== 'ns' })]);
    await world.start([], [pod(), pod({ name: 'q', uid: 'v', image: 'a.example.net/x:1' })]);
    await world.happens({ message: failedTo(CAUSES.refused()) }, 'a');
    await world.happens({ message: failedTo(CAUSES.qps()) }, 'b');
    await world.happens({ message: failedTo(CAUSES.missing()) }, 'c');
    const involvedObject = { kind: 'Pod', namespace: 'ns', name: 'q', uid: 'v' };
    await world.happens({ message: failedTo(CAUSES.anonymous(), 'a.example.net/x:1'), involvedObject }, 'd');
    expect(world.counted).to.deep.equal([
      'refused docker.io ns 1',
      'qps ns 1',
      'limited other ns anonymous 1',
      'uncovered other ns 1',
    ]);
  });

  it('reads the pod of a true Event within a second, however many others are to be read elsewhere', async () => {
    world.read = (ref) => (ref.namespace === 'elsewhere' ? Promise.resolve(podOf(ref)) : absent(ref));
    await world.start([], []);
    for (let index = 0; index < 1_500; index++) {
      const involvedObject = { kind: 'Pod', namespace: 'ns', name: `absent-${index}`, uid: 'u' };
      const forged = world.told({ involvedObject }, `forged-${index}`);
      world.events.store.set(forged);
      if (index % 2 === 0) world.events.store.remove(forged);
    }
    await world.clock.advance(1);
    const metadata = { name: 'true', namespace: 'elsewhere', uid: 'x' };
    world.events.store.set(world.told({ metadata, involvedObject: { kind: 'Pod', name: 'p', uid: 'u' } }));
    await world.clock.advance(1_000);
    expect(world.counted).to.deep.equal(['limited docker.io elsewhere anonymous 1']);
  });

  it('observes nothing while the API server refuses to show pods or Events', async () => {
    await world.start([world.told()]);
    world.woken.length = 0;
    world.events.turns('forbidden');
    expect([world.woken, world.reason(), world.reason(SAID)]).to.deep.equal([
      [HUB],
      'NothingObserved',
      'NothingObserved',
    ]);
    world.events.turns('watching');
    expect(world.reason()).to.equal('AnonymousPullLimit');
    world.pods.turns('forbidden');
    expect(world.reason()).to.equal('NothingObserved');
  });

  it('has nothing to say of a policy that is not there', async () => {
    world.covering = coverage([]);
    await world.start();
    expect(world.flow.report(HUB, SAID)).to.equal(undefined);
  });

  it('keeps the gauge in step with pods that come, wait, and go', async () => {
    await world.start([], []);
    world.woken.length = 0;
    world.pods.store.set(limitedPod());
    await world.clock.advance(1);
    expect([world.gauge, world.woken.includes(HUB)]).to.deep.equal([['docker.io ns 1'], true]);
    world.pods.store.remove(limitedPod());
    await world.clock.advance(1);
    expect(world.gauge).to.deep.equal([]);
  });

  it('reads a pod that is in no watch again, for as long as it waits', async () => {
    world.read = () => Promise.resolve(podOf({ waiting: ['ErrImagePull', CAUSES.limit()] }));
    await world.start([], []);
    await world.happens({});
    expect(world.gauge).to.deep.equal(['docker.io ns 1']);
    world.read = () => Promise.resolve(podOf());
    await world.clock.advance(2_000);
    expect(world.gauge).to.deep.equal([]);
  });

  it('says of which registries there may be series', async () => {
    world.covering = coverage([policy({ keys: ['own.example.com'] })]);
    await world.start();
    expect(['own.example.com', 'docker.io', 'else.example.com'].map(world.flow.labels())).to.deep.equal([
      true,
      true,
      false,
    ]);
  });
});
