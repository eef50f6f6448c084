import { expect } from 'chai';
import { KubeConfig } from '@kubernetes/client-node';
import { Connection } from '../../src/kube/connection.ts';
import { FakeClock } from '../runtime/fake-clock.ts';

interface TlsOptions {
  ca?: string;
  cert?: string;
  headers?: Record<string, string>;
}

/** A kubeconfig whose files change, or cannot be read. */
class ChangingConfig extends KubeConfig {
  options: TlsOptions = { ca: 'ca-1', headers: { Authorization: 'Bearer one\n' } };
  failing = false;
  reads = 0;

  constructor() {
    super();
    this.loadFromClusterAndUser(
      { name: 'c', server: 'https://a.test:6443/base/', skipTLSVerify: false },
      { name: 'u' },
    );
  }

  override applyToHTTPSOptions(options: object): Promise<void> {
    this.reads++;
    if (this.failing) return Promise.reject(new Error('unreadable'));
    Object.assign(options, this.options);
    return Promise.resolve();
  }
}

describe('Connection', () => {
  let kubeConfig: ChangingConfig;
  let clock: FakeClock;
  let connection: Connection;
  beforeEach(() => {
    kubeConfig = new ChangingConfig();
    clock = new FakeClock();
    connection = new Connection({ kubeConfig, connections: 4, clock });
  });
  afterEach(() => connection.close());

  it('says where to send requests, behind a path too, and trims what comes from files', async () => {
    const { origin, host, basePath, headers } = await connection.current();
    expect({ origin, host, basePath, headers }).to.deep.equal({
      origin: 'https://a.test:6443',
      host: 'a.test:6443',
      basePath: '/base',
      headers: ['authorization', 'Bearer one'],
    });
  });

  it('reads the credentials once in ten seconds, however many requests there are', async () => {
    await Promise.all([connection.current(), connection.current()]);
    await clock.advance(9_999);
    await connection.current();
    expect(kubeConfig.reads).to.equal(1);
    await clock.advance(1);
    await connection.current();
    expect(kubeConfig.reads).to.equal(2);
  });

  it('takes a new token at once after a refusal, over the same connections', async () => {
    const before = await connection.current();
    kubeConfig.options = { ...kubeConfig.options, headers: { Authorization: 'Bearer two' } };
    connection.refused();
    const now = await connection.current();
    expect(now.headers).to.deep.equal(['authorization', 'Bearer two']);
    expect(now.requests).to.equal(before.requests);
  });

  for (const change of [{ ca: 'ca-2' }, { cert: 'cert-2' }]) {
    it(`opens new connections when ${Object.keys(change).join()} changes`, async () => {
      const before = await connection.current();
      kubeConfig.options = { ...kubeConfig.options, ...change };
      await clock.advance(10_000);
      const now = await connection.current();
      expect(now.requests).to.not.equal(before.requests);
      expect(now.watches).to.not.equal(before.watches);
    });
  }

  it('goes on with the last good credentials while they cannot be read', async () => {
    const before = await connection.current();
    kubeConfig.failing = true;
    await clock.advance(10_000);
    expect(await connection.current()).to.equal(before);
  });

  it('fails while there never were any, and recovers', async () => {
    kubeConfig.failing = true;
    const failed = await Promise.resolve(connection.current()).catch(() => 'failed');
    expect(failed).to.equal('failed');
    kubeConfig.failing = false;
    expect((await connection.current()).host).to.equal('a.test:6443');
  });
});
