import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Limiter } from './limiter.ts';

const MANIFEST = '{"schemaVersion":2}';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const SECOND = 1000;

describe('a registry that limits', () => {
  let backend: Server;
  let seen: IncomingMessage[];
  let hub: Limiter;
  let now: number;

  beforeEach(async () => {
    now = Date.UTC(2030, 0, 1);
    seen = [];
    backend = createServer((incoming, response) => {
      seen.push(incoming);
      response.writeHead(incoming.url?.includes('missing') === true ? 404 : 200, {
        'content-type': 'application/vnd.oci.image.manifest.v1+json',
        'content-length': MANIFEST.length,
      });
      response.end(MANIFEST);
    });
    hub = await start();
    hub.rules.setPassword('alice', 'first');
  });

  afterEach(async () => {
    await hub.stop();
    backend.closeAllConnections();
    backend.close();
  });

  async function start(options: { anonymousAccess?: boolean } = {}): Promise<Limiter> {
    if (!backend.listening) {
      backend.listen(0, '127.0.0.1');
      await once(backend, 'listening');
    }
    const bound = backend.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    const url = `http://127.0.0.1:${port}`;
    return Limiter.start({ host: '127.0.0.1', port: 0, backend: url, windowSeconds: 60, now: () => now, ...options });
  }

  const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

  async function tokenFor(login?: string, repository = 'library/app'): Promise<string> {
    const url = `${hub.url}/token?service=registry.docker.io&scope=repository:${repository}:pull`;
    const answer = await fetch(url, login === undefined ? {} : { headers: { authorization: basic(login) } });
    const body: unknown = await answer.json();
    if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string')
      return body.token;
    throw new Error(`no token: ${answer.status} ${JSON.stringify(body)}`);
  }

  const ask = (method: string, path: string, token?: string): Promise<Response> =>
    fetch(`${hub.url}/v2/${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  const pull = (token: string, reference = '1'): Promise<Response> =>
    ask('GET', `library/app/manifests/${reference}`, token);

  it('sends a client without a token to its token endpoint', async () => {
    const answer = await ask('HEAD', 'library/app/manifests/1');
    expect(answer.status).to.equal(401);
    expect(answer.headers.get('www-authenticate')).to.equal(
      `Bearer realm="${hub.url}/token",service="registry.docker.io",scope="repository:library/app:pull"`,
    );
    expect(seen).to.deep.equal([]);
  });

  it('passes a pull on without the token, and gives the answer back whole', async () => {
    const answer = await pull(await tokenFor());
    expect(await answer.text()).to.equal(MANIFEST);
    expect(answer.headers.get('content-type')).to.equal('application/vnd.oci.image.manifest.v1+json');
    expect(seen.map(({ method, url, headers }) => [method, url, headers.authorization])).to.deep.equal([
      ['GET', '/v2/library/app/manifests/1', undefined],
    ]);
  });

  it('counts GETs of manifests and nothing else', async () => {
    hub.rules.setAnonymousLimit(2);
    const token = await tokenFor();
    await ask('HEAD', 'library/app/manifests/1', token);
    await ask('GET', `library/app/blobs/${DIGEST}`, token);
    const left = async (answer: Promise<Response>) => (await answer).headers.get('ratelimit-remaining');
    expect(await left(ask('HEAD', 'library/app/manifests/1', token))).to.equal('2;w=60');
    expect(await left(pull(token))).to.equal('1;w=60');
    expect(await left(pull(token, DIGEST))).to.equal('0;w=60');
    expect((await pull(token)).status).to.equal(429);
  });

  it('says why a GET is limited, and to a HEAD nothing', async () => {
    hub.rules.setAnonymousLimit(0);
    const token = await tokenFor();
    const [head, get] = [await ask('HEAD', 'library/app/manifests/1', token), await pull(token)];
    expect([head.status, await head.text()]).to.deep.equal([429, '']);
    expect(await get.text())
      .to.contain('"TOOMANYREQUESTS"')
      .and.to.contain('unauthenticated pull rate limit');
    for (const { headers } of [head, get]) {
      expect(headers.get('ratelimit-limit')).to.equal('0;w=60');
      expect(headers.get('docker-ratelimit-source')).to.equal('127.0.0.1');
      expect(headers.get('retry-after')).to.equal('60');
    }
  });

  it('lets the HEAD of a digest pass, so that the refused GET can tell', async () => {
    hub.rules.setAnonymousLimit(0);
    const token = await tokenFor();
    expect((await ask('HEAD', `library/app/manifests/${DIGEST}`, token)).status).to.equal(200);
    expect((await pull(token, DIGEST)).status).to.equal(429);
  });

  it('frees a pull when the window has gone by', async () => {
    hub.rules.setAnonymousLimit(1);
    const token = await tokenFor();
    await pull(token);
    now += 59 * SECOND;
    expect((await pull(token)).headers.get('retry-after')).to.equal('1');
    now += SECOND;
    expect((await pull(token)).status).to.equal(200);
  });

  it('does not let two pulls at the same moment share the last one', async () => {
    hub.rules.setAnonymousLimit(1);
    const token = await tokenFor();
    const answers = await Promise.all([1, 2, 3, 4].map(() => pull(token)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 429, 429, 429]);
  });

  it('counts an account by itself, and names it with its token when its own limit is reached', async () => {
    hub.rules.setAnonymousLimit(0);
    hub.rules.setAccountLimit('alice', 1);
    const token = await tokenFor('alice:first');
    expect((await pull(token)).status).to.equal(200);
    expect(await (await pull(token)).text()).to.match(/pull rate limit as 'alice': dckr_jti_[\w-]{27}=\. You may/);
    hub.rules.setAccountLimit('alice', undefined);
    const unlimited = await pull(token);
    expect([unlimited.status, unlimited.headers.get('ratelimit-limit')]).to.deep.equal([200, null]);
  });

  it('counts accounts apart from each other and from the address that they share', async () => {
    hub.rules.setPassword('bob', 'his');
    hub.rules.setAnonymousLimit(1);
    for (const account of ['alice', 'bob']) hub.rules.setAccountLimit(account, 1);
    const statuses = [];
    for (const login of ['alice:first', 'bob:his', undefined, 'alice:first', 'bob:his', undefined]) {
      statuses.push((await pull(await tokenFor(login))).status);
    }
    expect(statuses).to.deep.equal([200, 200, 200, 429, 429, 429]);
  });

  it('forgets pulls when told so', async () => {
    hub.rules.setAnonymousLimit(1);
    const token = await tokenFor();
    await pull(token);
    hub.forgetPulls();
    expect((await pull(token)).status).to.equal(200);
  });

  it('sets no limit for an account that does not exist', () => {
    expect(() => {
      hub.rules.setAccountLimit('nobody', 1);
    }).to.throw('there is no account nobody');
  });

  it('gives an account its token for a form as well', async () => {
    const login = { grant_type: 'password', username: 'alice', password: 'first' };
    const form = new URLSearchParams({ ...login, scope: 'repository:library/app:pull', service: 'hub' });
    const answer = await fetch(`${hub.url}/token`, { method: 'POST', body: form });
    const body: unknown = await answer.json();
    expect(body).to.include({ scope: 'repository:library/app:pull', expires_in: 300 });
    expect(body).to.have.property('access_token').that.is.a('string');
  });

  it('refuses the old password as soon as it is changed', async () => {
    hub.rules.setPassword('alice', 'second');
    const answer = await fetch(`${hub.url}/token`, { headers: { authorization: basic('alice:first') } });
    expect([answer.status, await answer.text()]).to.deep.equal([401, '{"details":"incorrect username or password"}\n']);
    expect(await tokenFor('alice:second')).to.be.a('string');
  });

  it('knows no token that is too old', async () => {
    const token = await tokenFor();
    now += 300 * SECOND;
    expect((await pull(token)).headers.get('www-authenticate')).to.contain('error="invalid_token"');
  });

  it('opens a private repository to its readers alone', async () => {
    hub.rules.setPassword('bob', 'his');
    hub.rules.makePrivate('library/app', 'alice');
    const statuses = [];
    for (const login of [undefined, 'bob:his', 'alice:first']) {
      statuses.push((await pull(await tokenFor(login))).status);
    }
    expect(statuses).to.deep.equal([401, 401, 200]);
    hub.rules.makePublic('library/app');
    expect((await pull(await tokenFor())).status).to.equal(200);
  });

  it('turns everybody away during abuse, at the token endpoint too', async () => {
    const token = await tokenFor('alice:first');
    hub.rules.setAbuse('plain');
    const answers = await Promise.all([pull(token), ask('GET', ''), fetch(`${hub.url}/token`)]);
    for (const answer of answers) {
      expect([answer.status, await answer.text()]).to.deep.equal([429, 'Too Many Requests (HAP429).\n']);
    }
    hub.rules.setAbuse(undefined);
    expect((await pull(token)).status).to.equal(200);
  });

  it('gives no token without an account where accounts alone are served', async () => {
    const closed = await start({ anonymousAccess: false });
    closed.rules.setPassword('team', 'pass');
    const anonymous = await fetch(`${closed.url}/token`);
    const account = await fetch(`${closed.url}/token`, { headers: { authorization: basic('team:pass') } });
    await closed.stop();
    expect([anonymous.status, account.status]).to.deep.equal([401, 200]);
  });

  it('logs who asked for what, before the answer comes', async () => {
    const token = await tokenFor('alice:first');
    await ask('GET', 'library/app/manifests/missing?ns=docker.io', token);
    expect(hub.log.entries).to.deep.equal([
      { ...entry('token', 'GET'), client: { account: 'alice' } },
      {
        ...entry('manifest', 'GET'),
        client: { account: 'alice' },
        ...{ repository: 'library/app', reference: 'missing', status: 404, upstreamHost: 'docker.io' },
      },
    ]);
    expect(JSON.stringify(hub.log.entries)).not.to.contain('first').and.not.to.contain(token);
  });

  it('takes no pushes', async () => {
    expect((await ask('PUT', 'library/app/manifests/1', await tokenFor())).status).to.equal(405);
    expect(seen).to.deep.equal([]);
  });

  it('answers for a registry behind that is gone', async () => {
    const token = await tokenFor();
    backend.closeAllConnections();
    backend.close();
    expect((await pull(token)).status).to.equal(502);
  });

  const entry = (kind: string, method: string): object => ({
    ...{ time: now, kind, method, repository: '', reference: '', status: 200, upstreamHost: '' },
    sourceAddress: '127.0.0.1',
  });
});
