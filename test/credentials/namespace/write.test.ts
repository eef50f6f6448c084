import { expect } from 'chai';
import { type SecretName, secretName } from '../../../src/api/keys.ts';
import { Contention } from '../../../src/credentials/namespace/contention.ts';
import { growCopies } from '../../../src/credentials/namespace/grow-copies.ts';
import type { WriteResult } from '../../../src/credentials/namespace/outcome.ts';
import { shrinkCopies } from '../../../src/credentials/namespace/shrink-copies.ts';
import { observe, type Observed } from '../../../src/credentials/namespace/situation.ts';
import { Writer } from '../../../src/credentials/namespace/writer.ts';
import type { AccountEntry } from '../../../src/credentials/slim.ts';
import { CacheStore } from '../../../src/kube/cache-store.ts';
import { sendJson, StandInServer } from '../../kube/stand-in-server.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';
import { entry, hashOf, namespace, ownCopy, policy } from '../build.ts';
import { type Cluster, viewOf } from '../view.ts';

describe('the copies of a namespace', () => {
  const server = new StandInServer();
  before(async () => {
    await server.start();
    server.answer((request, response) => {
      sendJson(response, 200, { kind: 'Secret', metadata: { name: 'copy', namespace: 'team', uid: 'new' } });
    });
  });
  after(() => server.stop());
  beforeEach(() => server.received.splice(0));

  const deps = () => ({
    writer: new Writer({
      client: server.client(),
      copies: () => undefined,
      accounts: new CacheStore<AccountEntry>(() => undefined),
      observer: { secretWrite: () => undefined, serviceAccountWrite: () => undefined },
    }),
    contention: new Contention(new FakeClock()),
    adopted: () => undefined,
  });
  const observed = (cluster: Cluster, uid = 'uid'): Observed => observe(namespace('team', { uid }), viewOf(cluster));
  const writes = (): string[] => server.received.map(({ method }) => method);

  it('are written without a pause in a namespace that is made anew time and again', async () => {
    const all = deps();
    for (let time = 0; time < 10; time++) {
      const grown = await growCopies(observed({ policies: [policy('hub')] }, `uid-${time}`), all);
      expect(grown.get(secretName('copy'))?.state).to.deep.equal({ kind: 'in-place' });
    }
    expect(writes()).to.deep.equal(Array.from({ length: 10 }, () => 'POST'));
  });

  it('are left for a while where somebody deletes them time and again', async () => {
    const all = deps();
    for (let time = 0; time < 10; time++) await growCopies(observed({ policies: [policy('hub')] }), all);
    expect(writes()).to.have.length(5);
  });

  describe('when a policy is renamed away from one that it shared', () => {
    const shared = secretName('copy');
    const moved = policy('moved', { spec: { secret: { name: 'new' } }, status: { secretNames: ['copy', 'new'] } });
    const entries = [entry('a.io'), entry('b.io')];
    const cluster: Cluster = {
      policies: [moved, policy('stays')],
      resolutions: { moved: resolutionOf('a.io'), stays: resolutionOf('b.io') },
      copies: [
        ownCopy({ moved: ['a.io'], stays: ['b.io'] }, hashed(entries)),
        ownCopy({ moved: ['a.io'] }, { name: secretName('new'), ...hashed([entry('a.io')]) }),
      ],
    };

    const shrink = async (referred: (name: SecretName) => WriteResult | undefined) => {
      const all = deps();
      const seen = observed(cluster);
      return shrinkCopies(seen, await growCopies(seen, all), referred, { ...all, caches: viewOf(cluster) });
    };

    it('lose its keys once every ServiceAccount has its new entry', async () => {
      expect((await shrink(() => undefined)).map(({ name, result }) => [name, result.kind])).to.deep.equal([
        [shared, 'written'],
      ]);
      expect(server.received.map(({ body }) => body).join())
        .to.contain('stays')
        .and.not.contain('moved');
    });

    it('keep its keys while a ServiceAccount has only the old entry', async () => {
      expect(
        (await shrink((name) => (name === shared ? { kind: 'stale' } : undefined))).map(({ result }) => result.kind),
      ).to.deep.equal(['stale']);
      expect(writes()).to.deep.equal([]);
    });
  });
});

function resolutionOf(key: string) {
  return { entries: [entry(key)], faults: [], pending: false, duplicates: [], deadKeys: [], fingerprint: key };
}

function hashed(entries: readonly ReturnType<typeof entry>[]) {
  return { contentHash: hashOf(entries) };
}
