import { expect } from 'chai';
import { Contention } from '../../../src/credentials/namespace/contention.ts';
import { growCopies } from '../../../src/credentials/namespace/grow-copies.ts';
import { observe } from '../../../src/credentials/namespace/situation.ts';
import { writeAccounts } from '../../../src/credentials/namespace/write-accounts.ts';
import { Writer } from '../../../src/credentials/namespace/writer.ts';
import type { AccountEntry } from '../../../src/credentials/slim.ts';
import { CacheStore } from '../../../src/kube/cache-store.ts';
import { sendJson, StandInServer } from '../../kube/stand-in-server.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';
import { account, namespace, policy } from '../build.ts';
import { viewOf } from '../view.ts';

describe('a ServiceAccount with more entries than are kept', () => {
  const server = new StandInServer();
  /** As the server has it, whatever the caches know. */
  let live: readonly object[];
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.received.splice(0);
    live = [];
    server.answer(({ method, url }, response) => {
      const isAccount = url.includes('/serviceaccounts/');
      const metadata = { name: isAccount ? 'default' : 'copy', namespace: 'team', uid: 'u', resourceVersion: '2' };
      if (isAccount && method === 'PATCH') sendJson(response, 409, { kind: 'Status', reason: 'Conflict' });
      else sendJson(response, 200, { metadata, ...(isAccount && { imagePullSecrets: live }) });
    });
  });

  const write = async (found: AccountEntry) => {
    const clock = new FakeClock();
    const writer = new Writer({
      client: server.client({ clock }),
      copies: () => undefined,
      accounts: new CacheStore<AccountEntry>(() => undefined),
      observer: { secretWrite: () => undefined, serviceAccountWrite: () => undefined },
    });
    const deps = { writer, contention: new Contention(clock), adopted: () => undefined };
    const observed = observe(namespace('team'), viewOf({ policies: [policy('hub')], accounts: [found] }));
    const [outcome] = await writeAccounts(observed, await growCopies(observed, deps), deps);
    return outcome?.result;
  };
  const patches = (): number =>
    server.received.filter(({ method, url }) => method === 'PATCH' && url.includes('/serviceaccounts/')).length;

  it('is never written, since a write would put our list in the place of its own, and is told of', async () => {
    expect(await write(account('default', { isOversized: true }))).to.deep.include({
      kind: 'failed',
      reason: 'TooLarge',
      retry: 'on-change',
    });
    expect(patches()).to.equal(0);
  });

  it('is let be where nobody selects it', async () => {
    expect(await write(account('another', { isOversized: true }))).to.deep.equal({ kind: 'unchanged' });
  });

  it('is not written again where it turns out to be so after a lost race', async () => {
    live = Array.from({ length: 2_000 }, () => ({ name: 'theirs' }));
    expect(await write(account('default'))).to.deep.include({ kind: 'failed', reason: 'TooLarge' });
    expect(patches()).to.equal(1);
  });
});
