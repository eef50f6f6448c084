import { expect } from 'chai';
import { ApiError, type ApiErrorKind } from '../../../src/kube/errors.ts';
import { type Lookup, PodLookup, type ReadPod } from '../../../src/pulls/pods/pod-lookup.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';
import { podOf } from '../fixtures.ts';

describe('PodLookup', () => {
  let clock: FakeClock;
  let asked: string[];
  let called: string[];
  let failure: ApiErrorKind | undefined;
  let lookup: PodLookup;
  beforeEach(() => {
    clock = new FakeClock();
    [asked, called, failure] = [[], [], undefined];
    const read: ReadPod = ({ namespace, name }) => {
      asked.push(`${namespace}/${name}`);
      return failure === undefined
        ? Promise.resolve(podOf({ name, namespace }))
        : Promise.reject(new ApiError({ kind: failure, method: 'GET', path: '/' }));
    };
    lookup = new PodLookup(read, clock);
  });
  const asker = (id: string) => ({ id, namespace: 'ns', call: () => called.push(id) });
  const find = (name: string): Promise<Lookup> => lookup.during(asker(name), (reader) => reader.find('ns', name));
  const spend = async (): Promise<void> => {
    for (let index = 0; index < 20; index++) await find(`spent-${index}`);
    asked.length = 0;
  };

  it('reads a pod', async () => {
    const found = await find('p');
    expect([found.kind, found.kind === 'found' && found.pod.uid, asked]).to.deep.equal(['found', 'u', ['ns/p']]);
  });

  for (const kind of ['not-found', 'bad-request'] as const)
    it(`takes ${kind} for absence`, async () => {
      failure = kind;
      expect(await find('p')).to.deep.equal({ kind: 'absent' });
    });

  for (const name of ['..', 'p/log', '../secrets/x'])
    it(`knows that there is no pod ${name}, and asks nobody`, async () => {
      expect([await find(name), asked]).to.deep.equal([{ kind: 'absent' }, []]);
    });

  it('throws whatever else goes wrong', async () => {
    failure = 'forbidden';
    let thrown: unknown;
    await find('p').catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(ApiError);
  });

  it('reads a pod when its turn has come', async () => {
    await spend();
    expect(await find('p')).to.deep.equal({ kind: 'later', ms: 60_000 });
    await clock.advance(199);
    expect([called, (await find('p')).kind]).to.deep.equal([[], 'later']);
    await clock.advance(1);
    expect([called, (await find('p')).kind, asked]).to.deep.equal([['p'], 'found', ['ns/p']]);
  });

  it('leaves its turn to the next where a run has no need of it any more, or fails', async () => {
    await spend();
    for (const name of ['a', 'b', 'c']) await find(name);
    await clock.advance(200);
    await lookup.during(asker('a'), () => Promise.resolve());
    const failing = lookup.during(asker('b'), () => Promise.reject(new Error('planned')));
    await failing.catch(() => undefined);
    expect(called).to.deep.equal(['a', 'b', 'c']);
  });
});
