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

  /** The watch on a clock that stands still, the version of each event as it comes, and how it ends. */
  function follow(clock: FakeClock) {
    const seen: string[] = [];
    let opened = false;
    const watch = server.client({ clock }).watch(SECRETS, query, new AbortController().signal, {
      onOpen: () => {
        opened = true;
      },
    });
    const ended = (async () => {
      for await (const { object } of watch) seen.push(object.metadata.resourceVersion ?? '');
    })();
    return { seen, ended, isOpen: () => opened };
  }

  it('ends from this side when it is not accepted in time', async () => {
    server.answer(() => undefined);
    const clock = new FakeClock();
    const { ended } = follow(clock);
    const failed = failure(ended);
    await until(() => server.received.length === 1);
    await clock.advance(29_999);
    expect(clock.timers).to.equal(1);
    await clock.advance(1);
    expect((await failed).kind).to.equal('timeout');
  });

  it('ends without an error when nothing came for 75 s, since nobody may be at the other end', async () => {
    let response: ServerResponse | undefined;
    server.answer((_request, opened) => {
      openWatch(opened);
      response = opened;
    });
    const clock = new FakeClock();
    const { seen, ended, isOpen } = follow(clock);
    await until(isOpen);
    await clock.advance(60_000);
    response?.write(`${JSON.stringify(event('BOOKMARK', '9'))}\n`);
    await until(() => seen.length === 1);
    await clock.advance(74_999);
    expect(clock.timers).to.equal(2);
    await clock.advance(1);
    await ended;
    expect([seen, clock.timers]).to.deep.equal([['9'], 0]);
  });

  it('ends from this side when the server goes on beyond the time asked for', async () => {
    let response: ServerResponse | undefined;
    server.answer((_request, opened) => {
      openWatch(opened);
      response = opened;
    });
    const clock = new FakeClock();
    const { seen, ended, isOpen } = follow(clock);
    const failed = failure(ended);
    await until(isOpen);
    for (let minute = 1; minute <= 5; minute += 1) {
      await clock.advance(60_000);
      response?.write(`${JSON.stringify(event('BOOKMARK', String(minute)))}\n`);
      await until(() => seen.length === minute);
    }
    await clock.advance(14_999);
    expect(clock.timers).to.equal(2);
    await clock.advance(1);
    expect((await failed).kind).to.equal('timeout');
  });
});
