import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../test/cluster/ports.ts';
import { DockerRegistry } from './docker-registry.ts';
import { writeOciArchive } from './images/oci-archive.ts';
import { pushImage } from './images/push.ts';
import { Limiter } from './limiter/limiter.ts';

const run = promisify(execFile);
const APP = 'library/app';
const HOST = '127.0.0.1';

/** Needs docker-registry, skopeo and busybox-static; no root. */
describe('a registry with a limiter in front of it, as skopeo sees it', () => {
  let directory: string;
  let registry: DockerRegistry;
  let hub: Limiter;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rco-registry-'));
    registry = await DockerRegistry.start({ directory, host: HOST, port: await freePort() });
  });

  after(async () => {
    await registry.stop();
    await rm(directory, { recursive: true });
  });

  beforeEach(async () => {
    // skopeo waits as long as `retry-after` says, four times.
    hub = await Limiter.start({ host: HOST, port: 0, backend: registry.url, retryAfterSeconds: 0 });
    hub.rules.setPassword('alice', 'first');
  });

  afterEach(() => hub.stop());

  const options = (login?: string): string[] => (login === undefined ? ['--no-creds'] : ['--creds', login]);

  const inspect = async (reference: string, login?: string): Promise<string> => {
    const image = `docker://${hub.address}/${reference}`;
    return (await run('skopeo', ['inspect', '--raw', '--tls-verify=false', ...options(login), image])).stdout;
  };

  const copy = async (reference: string, to: string, login?: string): Promise<void> => {
    const source = login === undefined ? ['--src-no-creds'] : ['--src-creds', login];
    await run('skopeo', [
      ...['--insecure-policy', 'copy', '--src-tls-verify=false', ...source],
      ...[`docker://${hub.address}/${reference}`, `oci:${join(directory, to)}`],
    ]);
  };

  const refusalOf = (pull: Promise<unknown>): Promise<string> =>
    pull.then(
      () => expect.fail('was not refused'),
      (error: unknown) => String(error),
    );

  it('gives out what was pushed, whole, to somebody without an account', async () => {
    const { digest } = await pushImage(registry.url, { repository: APP, tag: 'whole' });
    await copy(`${APP}:whole`, 'whole');
    await copy(`${APP}@${digest}`, 'by-digest');
    expect(hub.log.pullers(APP)).to.deep.equal(['anonymous']);
    expect(hub.log.where({ kind: 'blob', status: 200 })).to.have.length.at.least(3);
  });

  it('knows an account by its password, and shows who pulled', async () => {
    await pushImage(registry.url, { repository: APP, tag: 'account' });
    await inspect(`${APP}:account`, 'alice:first');
    expect(hub.log.pullers(APP)).to.deep.equal([{ account: 'alice' }]);
  });

  it('refuses a password that was changed', async () => {
    await pushImage(registry.url, { repository: APP, tag: 'changed' });
    hub.rules.setPassword('alice', 'second');
    expect(await refusalOf(inspect(`${APP}:changed`, 'alice:first'))).to.contain('incorrect username or password');
    await inspect(`${APP}:changed`, 'alice:second');
  });

  it('stops those without an account at their limit, and nobody else', async () => {
    await pushImage(registry.url, { repository: APP, tag: 'limit' });
    hub.rules.setAnonymousLimit(1);
    await inspect(`${APP}:limit`);
    expect(await refusalOf(inspect(`${APP}:limit`))).to.contain('unauthenticated pull rate limit');
    await inspect(`${APP}:limit`, 'alice:first');
    expect(hub.log.pulls(APP).map(({ client }) => client)).to.deep.equal(['anonymous', { account: 'alice' }]);
  });

  it('stops an account at its own limit, and says so by name', async () => {
    await pushImage(registry.url, { repository: APP, tag: 'own-limit' });
    hub.rules.setAccountLimit('alice', 0);
    expect(await refusalOf(inspect(`${APP}:own-limit`, 'alice:first'))).to.match(/rate limit as 'alice': dckr_jti_/);
  });

  it('keeps a private repository from everybody but its readers', async () => {
    await pushImage(registry.url, { repository: APP, tag: 'private' });
    hub.rules.makePrivate(APP, 'alice');
    hub.rules.setPassword('bob', 'his');
    await refusalOf(inspect(`${APP}:private`));
    await refusalOf(inspect(`${APP}:private`, 'bob:his'));
    await inspect(`${APP}:private`, 'alice:first');
    expect(hub.log.pullers(APP)).to.deep.equal([{ account: 'alice' }]);
  });

  it('refuses everybody during abuse', async () => {
    await pushImage(registry.url, { repository: APP, tag: 'abuse' });
    hub.rules.setAbuse('json');
    await refusalOf(inspect(`${APP}:abuse`, 'alice:first'));
    hub.rules.setAbuse(undefined);
    await inspect(`${APP}:abuse`, 'alice:first');
  });

  it('serves accounts alone where nobody else is welcome', async () => {
    const closed = await Limiter.start({ host: HOST, port: 0, backend: registry.url, anonymousAccess: false });
    closed.rules.setPassword('team', 'pass');
    await pushImage(registry.url, { repository: 'team/app', tag: '1' });
    const image = `docker://${closed.address}/team/app:1`;
    const args = (login?: string): string[] => ['inspect', '--raw', '--tls-verify=false', ...options(login), image];
    await refusalOf(run('skopeo', args()));
    await run('skopeo', args('team:pass'));
    await closed.stop();
    expect(closed.log.pullers('team/app')).to.deep.equal([{ account: 'team' }]);
  });

  it('writes an archive that holds the same image as a push', async () => {
    const { digest } = await pushImage(registry.url, { repository: APP, tag: 'same', marker: 'same' });
    const file = join(directory, 'same.tar');
    expect(await writeOciArchive({ reference: 'registry.example/same:1', file, marker: 'same' })).to.equal(digest);
    const { stdout } = await run('skopeo', ['inspect', '--format', '{{.Digest}}', `oci-archive:${file}`]);
    expect(stdout.trim()).to.equal(digest);
  });
});
