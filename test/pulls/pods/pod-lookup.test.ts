import { expect } from 'chai';
import { ApiError, type ApiErrorKind } from '../../../src/kube/errors.ts';
import { PodLookup, type ReadPod } from '../../../src/pulls/pods/pod-lookup.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';
import { podOf } from '../fixtures.ts';

describe('PodLookup', () => {
  let clock: FakeClock;
  let asked: string[];
  let failure: ApiErrorKind | undefined;
  let lookup: PodLookup;
  beforeEach(() => {
    clock = new FakeClock();
    [asked, failure] = [[], undefined];
    const read: ReadPod = ({ namespace, name }) => {
      asked.push(`${namespace}/${name}`);
      return failure === undefined
        ? Promise.resolve(podOf({ name, namespace }))
        : Promise.reject(new ApiError({ kind: failure, method: 'GET', path: '/' }));
    };
    lookup = new PodLookup(read, clock);
  });

  it('reads a pod', async () => {
    const found = await lookup.find('ns', 'p');
    expect([found.kind, found.kind === 'found' && found.pod.uid, asked]).to.deep.equal(['found', 'u', ['ns/p']]);
  });

  for (const kind of ['not-found', 'bad-request'] as const)
    it(`takes ${kind} for absence`, async () => {
      failure = kind;
      expect(await lookup.find('ns', 'p')).to.deep.equal({ kind: 'absent' });
    });

  it('throws whatever else goes wrong', async () => {
    failure = 'forbidden';
    let thrown: unknown;
    await lookup.find('ns', 'p').catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(ApiError);
  });

  it('reads twenty at once, then five in a second, and gives each of the others a time of its own', async () => {
    const waits: number[] = [];
    for (let index = 0; index < 25; index++) {
      const found = await lookup.find('ns', `p${index}`);
      if (found.kind === 'later') waits.push(found.ms);
    }
    expect([asked.length, waits]).to.deep.equal([20, [200, 400, 600, 800, 1000]]);
    for (const wait of waits) {
      await clock.advance(wait - clock.now());
      expect((await lookup.find('ns', 'q')).kind).to.equal('found');
    }
    expect(asked).to.have.lengthOf(25);
    await clock.advance(3_600_000);
    for (let index = 0; index < 30; index++) await lookup.find('ns', 'r');
    expect(asked).to.have.lengthOf(45);
  });
});
