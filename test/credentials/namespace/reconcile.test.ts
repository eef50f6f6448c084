import { expect } from 'chai';
import { namespaceName, secretName } from '../../../src/api/keys.ts';
import { Contention } from '../../../src/credentials/namespace/contention.ts';
import { reconcileNamespace } from '../../../src/credentials/namespace/reconcile.ts';
import { Writer } from '../../../src/credentials/namespace/writer.ts';
import type { AccountEntry } from '../../../src/credentials/slim.ts';
import { Tally } from '../../../src/credentials/tally.ts';
import { CacheStore } from '../../../src/kube/cache-store.ts';
import { sendJson, StandInServer } from '../../kube/stand-in-server.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';
import { account, entry, hashOf, namespace, ownCopy, policy } from '../build.ts';
import { viewOf } from '../view.ts';

describe('a namespace in which a policy asks for another Secret name', () => {
  const server = new StandInServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.received.splice(0);
    server.answer(({ url }, response) => {
      const metadata = { name: url.split('/').at(-1), namespace: 'team', uid: 'u', resourceVersion: '2' };
      sendJson(response, 200, { metadata });
    });
  });

  const renamed = policy('hub', { spec: { secret: { name: 'new' } }, status: { secretNames: ['copy', 'new'] } });
  const full = { contentHash: hashOf([entry('docker.io')]) };
  const copies = ['copy', 'new'].map((name) => ownCopy({ hub: ['docker.io'] }, { ...full, name: secretName(name) }));

  /** Deletions that it takes to bring the namespace in order. */
  async function deletions(found: AccountEntry): Promise<string[]> {
    const team = namespace('team');
    const clock = new FakeClock();
    const writer = new Writer({
      client: server.client({ clock }),
      copies: () => undefined,
      accounts: new CacheStore<AccountEntry>(() => undefined),
      observer: { secretWrite: () => undefined, serviceAccountWrite: () => undefined },
    });
    const view = viewOf({ policies: [renamed], namespaces: [team], accounts: [found], copies });
    await reconcileNamespace(namespaceName('team'), {
      writer,
      contention: new Contention(clock),
      adopted: () => undefined,
      tally: new Tally(() => undefined),
      caches: { ...view, namespace: () => team },
    });
    const sent = server.received.filter(({ method }) => method === 'DELETE').map(({ url }) => url.split('?')[0] ?? '');
    return sent.map((path) => path.slice(path.lastIndexOf('/') + 1));
  }

  it('loses the old one when its ServiceAccounts have the new one', async () => {
    const entries = { pullSecrets: [{ name: 'new' }], recorded: ['new'] };
    expect(await deletions(account('default', entries))).to.deep.equal(['copy']);
  });

  it('keeps the old one while an oversized ServiceAccount may refer to it', async () => {
    expect(await deletions(account('default', { isOversized: true }))).to.deep.equal([]);
  });
});
