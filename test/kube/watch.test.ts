import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { SECRETS } from '../../src/kube/resources.ts';
import { FakeClock } from '../runtime/fake-clock.ts';
import { failure, openWatch, sendJson, StandInServer, until } from './stand-in-server.ts';

const ref = { namespace: 'ns', name: 'a' };
const secret = { metadata: { name: 'a', namespace: 'ns' } };

describe('ApiClient.watch', () => {
  let server: StandInServer;
  beforeEach(async () => {
    server = new StandInServer();
    await server.start();
  });
  afterEach(() => server.stop());

  const query = { resourceVersion: '7', timeoutSeconds: 300 };
  const event = (type: string, resourceVersion: string): object => ({
    type,
    object: { metadata: { name: 'a', resourceVersion } },
  });

  async function collect(client = server.client(), signal = new AbortController().signal): Promise<string[]> {
    const seen: string[] = [];
    for await (const { type, object } of client.watch(SECRETS, query, signal)) {
      seen.push(`${type} ${object.metadata.resourceVersion ?? ''}`);
    }
    return seen;
  }

  it('gives events until the server ends it', async () => {
    server.answer((_request, response) => {
      openWatch(response, event('ADDED', '8'), event('BOOKMARK', '9'));
      response.end();
    });
    expect(await collect()).to.deep.equal(['ADDED 8', 'BOOKMARK 9']);
    expect(server.received[0]?.url).to.equal(
      '/api/v1/secrets?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300',
    );
  });

  const broken: { name: string; kind: string; end: (response: ServerResponse) => void }[] = [
    {
      name: 'an ERROR event',
      kind: 'gone',
      end: (r) => {
        openWatch(r, { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
      },
    },
    {
      name: 'a line that is no JSON',
      kind: 'server-error',
      end: (r) => {
        openWatch(r);
        r.write('oops\n');
      },
    },
    {
      name: 'an end in the middle of a line',
      kind: 'unreachable',
      end: (r) => {
        openWatch(r);
        r.end('{"type":"ADD');
      },
    },
    {
      name: 'a reset connection',
      kind: 'unreachable',
      end: (r) => {
        openWatch(r);
        r.write('{"type"', () => r.destroy());
      },
    },
    {
      name: 'a refusal',
      kind: 'forbidden',
      end: (r) => {
        sendJson(r, 403, { reason: 'Forbidden' });
      },
    },
  ];
  for (const { name, kind, end } of broken) {
    it(`fails as ${kind} after ${name}`, async () => {
      server.answer((_request, response) => {
        end(response);
      });
      expect((await failure(collect())).kind).to.equal(kind);
    });
  }

  it('does not take connections from requests', async () => {
    server.answer((request, response) => {
      if (request.url.includes('watch=true')) openWatch(response);
      else sendJson(response, 200, secret);
    });
    const client = server.client({ connections: 1 });
    const abort = new AbortController();
    const watches = Array.from({ length: 5 }, () => failure(collect(client, abort.signal)));
    await until(() => server.received.length === 5);
    await client.get(SECRETS, ref);
    abort.abort();
    const kinds = (await Promise.all(watches)).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(Array.from({ length: 5 }, () => 'aborted'));
  });

  const silences = [
    { name: 'is not accepted in time', open: false, ms: 30_000 },
    { name: 'outlives its time because nobody is at the other end', open: true, ms: 315_000 },
  ];
  for (const { name, open, ms } of silences) {
    it(`ends from this side when it ${name}`, async () => {
      server.answer((_request, response) => {
        if (open) openWatch(response);
      });
      const clock = new FakeClock();
      const opened: boolean[] = [];
      const watch = server.client({ clock }).watch(SECRETS, query, new AbortController().signal, {
        onOpen: () => opened.push(true),
      });
      const failed = failure(watch[Symbol.asyncIterator]().next());
      await until(() => (open ? opened.length === 1 : server.received.length === 1));
      await clock.advance(ms - 1);
      expect(clock.timers).to.equal(1);
      await clock.advance(1);
      expect((await failed).kind).to.equal('timeout');
    });
  }
});
