import { expect } from 'chai';
import { POLICIES, SECRETS } from '../../src/kube/resources.ts';
import { FakeClock } from '../runtime/fake-clock.ts';
import { failure, sendJson, StandInServer, until } from './stand-in-server.ts';

const ref = { namespace: 'ns', name: 'a' };
const secret = { metadata: { name: 'a', namespace: 'ns' } };

describe('ApiClient', () => {
  let server: StandInServer;
  beforeEach(async () => {
    server = new StandInServer();
    await server.start();
  });
  afterEach(() => server.stop());

  const ok = (): void => {
    server.answer((_request, response) => {
      sendJson(response, 200, secret);
    });
  };

  describe('requests', () => {
    it('carry the token and the user agent, and ask for JSON', async () => {
      ok();
      expect(await server.client().get(SECRETS, ref)).to.deep.equal(secret);
      const [request] = server.received;
      expect(request).to.include({ method: 'GET', url: '/api/v1/namespaces/ns/secrets/a' });
      expect(request?.headers).to.include({
        authorization: 'Bearer a-token',
        'user-agent': 'test/1',
        accept: 'application/json',
      });
    });

    it('carry user name and password as basic authentication', async () => {
      ok();
      const kubeConfig = server.kubeConfig({ username: 'u', password: 'p' });
      await server.client({ kubeConfig }).get(SECRETS, ref);
      expect(server.received[0]?.headers.authorization).to.equal('Basic dTpw');
    });

    const patches = [
      { type: 'merge', content: 'application/merge-patch+json' },
      { type: 'json', content: 'application/json-patch+json' },
      { type: 'apply', content: 'application/apply-patch+yaml' },
    ] as const;
    for (const { type, content } of patches) {
      it(`name the content type and the writer of a ${type} patch`, async () => {
        ok();
        await server.client().patch(POLICIES, { name: 'p', subresource: 'status' }, { status: {} }, type);
        expect(server.received[0]).to.deep.include({
          method: 'PATCH',
          url: '/apis/registrycredentials.dev/v1alpha1/registrycredentialpolicies/p/status?fieldManager=registry-credential-operator',
          body: '{"status":{}}',
        });
        expect(server.received[0]?.headers['content-type']).to.equal(content);
      });
    }

    it('create with POST and replace with PUT', async () => {
      ok();
      const client = server.client();
      await client.create(SECRETS, { namespace: 'ns' }, secret);
      await client.update(SECRETS, ref, secret);
      expect(server.received.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
        'POST /api/v1/namespaces/ns/secrets?fieldManager=registry-credential-operator',
        'PUT /api/v1/namespaces/ns/secrets/a?fieldManager=registry-credential-operator',
      ]);
    });

    it('delete with preconditions, and tell whether the object is still there', async () => {
      const client = server.client();
      server.answer((_request, response) => {
        sendJson(response, 200, { kind: 'Status', status: 'Success' });
      });
      expect(await client.delete(SECRETS, ref, { uid: 'u' })).to.equal(undefined);
      expect(JSON.parse(server.received[0]?.body ?? '')).to.deep.equal({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid: 'u' },
      });
      ok();
      expect(await client.delete(SECRETS, ref)).to.deep.equal(secret);
    });

    it('list with selectors, escaped', async () => {
      server.answer((_request, response) => {
        sendJson(response, 200, { metadata: {}, items: [] });
      });
      await server
        .client()
        .list(SECRETS, { fieldSelector: 'metadata.name=a', limit: 5, continue: '', resourceVersion: '0' });
      expect(server.received[0]?.url).to.equal(
        '/api/v1/secrets?fieldSelector=metadata.name%3Da&limit=5&resourceVersion=0',
      );
    });

    it('never use more connections than allowed, and all get through', async () => {
      let open = 0;
      let most = 0;
      server.answer((_request, response) => {
        most = Math.max(most, ++open);
        setImmediate(() => {
          open--;
          sendJson(response, 200, secret);
        });
      });
      const client = server.client({ connections: 3 });
      await Promise.all(Array.from({ length: 30 }, () => client.get(SECRETS, ref)));
      expect(most).to.be.at.most(3);
    });

    it('are counted by method and code', async () => {
      const seen: string[] = [];
      const client = server.client({ observer: { request: ({ method, code }) => seen.push(`${method} ${code}`) } });
      await failure(client.get(SECRETS, ref));
      server.answer((_request, response) => response.destroy());
      await failure(client.create(SECRETS, { namespace: 'ns' }, secret));
      expect(seen).to.deep.equal(['GET 404', 'POST <error>']);
    });
  });

  describe('failures', () => {
    it("carry the server's words, redacted, and neither query nor body", async () => {
      server.answer((_request, response) => {
        sendJson(response, 422, { kind: 'Status', reason: 'Invalid', message: 'bad password hunter2' });
      });
      const client = server.client({ redact: (text) => text.replaceAll('hunter2', '***') });
      const error = await failure(client.create(SECRETS, { namespace: 'ns' }, { data: { p: 'hunter2' } }));
      expect(error).to.include({ kind: 'invalid', code: 422, serverMessage: 'bad password ***' });
      expect(error.message).to.equal('POST /api/v1/namespaces/ns/secrets: invalid 422: bad password ***');
    });

    it('say when the server was not there', async () => {
      const client = server.client();
      await server.stop();
      expect(await failure(client.get(SECRETS, ref))).to.include({ kind: 'unreachable', transport: 'ECONNREFUSED' });
    });

    const unreadable = ['<html>welcome</html>', '{"metadata":', '', 'null'];
    for (const text of unreadable) {
      it(`come of an answer that is no object: ${JSON.stringify(text)}`, async () => {
        server.answer((_request, response) => response.end(text));
        expect((await failure(server.client().get(SECRETS, ref))).kind).to.equal('server-error');
      });
    }

    it('come of an answer that ends before its length', async () => {
      server.answer((_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"metadata"', () => response.destroy());
      });
      expect((await failure(server.client().create(SECRETS, { namespace: 'ns' }, secret))).kind).to.equal(
        'unreachable',
      );
    });

    it('come of silence, once the deadline has passed', async () => {
      server.answer(() => undefined);
      const clock = new FakeClock();
      const failed = failure(server.client({ clock, requestTimeoutMs: 5_000 }).get(SECRETS, ref));
      await until(() => server.received.length === 1);
      await clock.advance(5_000);
      expect((await failed).kind).to.equal('timeout');
    });

    it('come of waiting too long for a free connection', async () => {
      server.answer(() => undefined);
      const clock = new FakeClock();
      const client = server.client({ clock, connections: 1 });
      const first = failure(client.get(SECRETS, ref, { timeoutMs: 60_000 }));
      await until(() => server.received.length === 1);
      const second = failure(client.get(SECRETS, ref, { timeoutMs: 1_000 }));
      await clock.advance(1_000);
      expect((await second).kind).to.equal('timeout');
      await clock.advance(60_000);
      await first;
      expect(server.received).to.have.length(1);
    });

    it("come of the caller's signal", async () => {
      server.answer(() => undefined);
      const controller = new AbortController();
      const failed = failure(server.client().get(SECRETS, ref, { signal: controller.signal }));
      await until(() => server.received.length === 1);
      controller.abort();
      expect((await failed).kind).to.equal('aborted');
      expect((await failure(server.client().get(SECRETS, ref, { signal: controller.signal }))).kind).to.equal(
        'aborted',
      );
    });
  });

  describe('Retry-After', () => {
    const limited = (times: number, seconds: string): void => {
      server.answer((_request, response) => {
        if (server.received.length <= times) sendJson(response, 429, {}, { 'retry-after': seconds });
        else sendJson(response, 200, secret);
      });
    };

    it('is waited for by a read when it is short', async () => {
      limited(2, '1');
      const clock = new FakeClock();
      let result: unknown;
      const reading = server
        .client({ clock })
        .get(SECRETS, ref)
        .then((object) => (result = object));
      await until(() => server.received.length === 1 && clock.timers === 1);
      await clock.advance(1_000);
      await until(() => server.received.length === 2 && clock.timers === 1);
      await clock.advance(1_000);
      await reading;
      expect(result).to.deep.equal(secret);
    });

    it('is left to the caller when it is long', async () => {
      limited(9, '30');
      expect(await failure(server.client().get(SECRETS, ref))).to.include({
        kind: 'too-many-requests',
        retryAfterMs: 30_000,
      });
      expect(server.received).to.have.length(1);
    });

    it('is left to the caller when it was a write', async () => {
      limited(9, '1');
      const error = await failure(server.client().create(SECRETS, { namespace: 'ns' }, secret));
      expect(error).to.include({ kind: 'too-many-requests', retryAfterMs: 1_000 });
      expect(server.received).to.have.length(1);
    });
  });
});
