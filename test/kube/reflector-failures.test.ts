import { expect } from 'chai';
import { blindMs } from '../../src/kube/reflector-health.ts';
import { event, listOf, query, ReflectorFixture, secret, versions } from './reflector-fixture.ts';
import { openWatch, sendJson, until } from './stand-in-server.ts';

describe('a Reflector in trouble', () => {
  let fixture: ReflectorFixture;
  beforeEach(async () => {
    fixture = new ReflectorFixture();
    await fixture.server.start();
  });
  afterEach(() => fixture.stop());

  it('watches on from the last version after a reset connection', async () => {
    fixture.onWatch = (response, nth) => {
      openWatch(response, ...(nth === 1 ? [event('ADDED', 'a', '2')] : []));
    };
    const reflector = fixture.start();
    await until(() => reflector.store.size === 1);
    fixture.server.reset();
    await until(() => reflector.health.state === 'retrying');
    await fixture.passUntil(() => reflector.health.state === 'watching');
    expect(fixture.watches.map((request) => query(request).get('resourceVersion'))).to.deep.equal(['1', '2']);
    expect(fixture.lists).to.have.length(1);
  });

  it('lists again after 410, never older than what it has seen, and finds what was deleted meanwhile', async () => {
    fixture.onList = (response, _request, nth) => {
      const items = nth === 1 ? [secret('a', '1'), secret('gone', '1')] : [secret('a', '1'), secret('new', '7')];
      sendJson(response, 200, listOf(nth === 1 ? '5' : '9', ...items));
    };
    fixture.onWatch = (response, nth) => {
      openWatch(
        response,
        ...(nth === 1 ? [{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }] : []),
      );
    };
    const reflector = fixture.start({ listFromCache: true });
    const changes: string[] = [];
    reflector.store.subscribe((change) => {
      if (reflector.store.synced) changes.push(change.kind);
    });
    await fixture.passUntil(() => fixture.watches.length === 2);
    expect(versions(reflector)).to.deep.equal(['a@1', 'new@7']);
    expect(changes).to.deep.equal(['set', 'set', 'synced', 'set', 'removed'].slice(2));
    expect(
      fixture.lists.map((request) => [
        query(request).get('resourceVersion'),
        query(request).get('resourceVersionMatch'),
      ]),
    ).to.deep.equal([
      ['0', null],
      ['5', 'NotOlderThan'],
    ]);
  });

  it('asks for smaller pages where it is told to, at the latest version each time: others come in one answer', async () => {
    fixture.onWatch = (response, nth) => {
      openWatch(
        response,
        ...(nth === 1 ? [{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }] : []),
      );
    };
    fixture.start({ listFromCache: true, pageSize: 25 });
    await fixture.passUntil(() => fixture.watches.length === 2);
    const asked = fixture.lists.map((request) => ['limit', 'resourceVersion'].map((name) => query(request).get(name)));
    expect(asked).to.deep.equal([
      ['25', null],
      ['25', null],
    ]);
  });

  it('asks for the latest version, in pages, where the API server gives more than can be held from its cache', async () => {
    fixture.onList = (response, request) => {
      const items = query(request).has('resourceVersion')
        ? [secret('x'.repeat(65 * 2 ** 20), '1')]
        : [secret('a', '1')];
      sendJson(response, 200, listOf('5', ...items));
    };
    const reflector = fixture.start({ listFromCache: true });
    await fixture.passUntil(() => reflector.store.synced);
    expect(versions(reflector)).to.deep.equal(['a@1']);
    const asked = fixture.lists.map((request) => ['limit', 'resourceVersion'].map((name) => query(request).get(name)));
    expect(asked).to.deep.equal([
      ['500', '0'],
      ['500', null],
    ]);
  });

  it('asks for less at once where a page is too long, down to one object, and for more again after that', async () => {
    const objects = Array.from({ length: 40 }, (_, nth) => ({
      ...secret(`o${nth}`, '1'),
      data: { long: 'x'.repeat(nth < 3 ? 3 * 2 ** 20 : 1) },
    }));
    fixture.onList = (response, request) => {
      const from = Number(query(request).get('continue') ?? 0);
      const to = from + Number(query(request).get('limit'));
      const token = to < objects.length ? to.toString() : undefined;
      sendJson(response, 200, {
        metadata: { resourceVersion: '5', ...(token !== undefined && { continue: token }) },
        items: objects.slice(from, to),
      });
    };
    const reflector = fixture.start({ pageSize: 5 });
    await until(() => fixture.watches.length === 1);
    expect(reflector.store.size).to.equal(objects.length);
    const limits = fixture.lists.map((request) => Number(query(request).get('limit')));
    expect(limits.slice(0, 4)).to.deep.equal([5, 3, 2, 1]);
    expect(limits.at(-1)).to.be.greaterThan(1);
    expect(fixture.watches.map((request) => query(request).get('resourceVersion'))).to.deep.equal(['5']);
  });

  it('starts the list over, at the latest version, when its pages expire', async () => {
    fixture.onList = (response, request, nth) => {
      if (query(request).has('continue')) sendJson(response, 410, { reason: 'Expired' });
      else if (nth === 1)
        sendJson(response, 200, { metadata: { resourceVersion: '5', continue: 'more' }, items: [secret('a', '3')] });
      else sendJson(response, 200, listOf('9', secret('b', '9')));
    };
    const reflector = fixture.start({ listFromCache: true });
    await fixture.passUntil(() => reflector.store.synced);
    expect(versions(reflector)).to.deep.equal(['b@9']);
    expect(fixture.lists.map((request) => query(request).get('resourceVersion'))).to.deep.equal(['0', null, null]);
  });

  it('waits as long as Retry-After says', async () => {
    const asked: number[] = [];
    fixture.onList = (response, _request, nth) => {
      asked.push(fixture.clock.now());
      if (nth === 1) sendJson(response, 429, {}, { 'retry-after': '60' });
      else sendJson(response, 200, listOf('1'));
    };
    const reflector = fixture.start();
    await fixture.passUntil(() => reflector.store.synced);
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).to.be.at.least(60_000);
  });

  it('goes on after a cut-off event and shows every object in the end', async () => {
    fixture.onWatch = (response, nth) => {
      openWatch(response);
      if (nth === 1) response.end('{"type":"ADDED","object":{"metada');
      else response.write(`${JSON.stringify(event('ADDED', 'a', '2'))}\n`);
    };
    const reflector = fixture.start();
    await fixture.passUntil(() => reflector.store.size === 1);
    expect(fixture.lists).to.have.length(1);
  });

  const troubles = [
    { code: 403, reason: 'Forbidden', state: 'forbidden', notFound: false },
    { code: 401, reason: 'Unauthorized', state: 'retrying', notFound: false },
    { code: 404, reason: 'NotFound', state: 'retrying', notFound: true },
    { code: 500, reason: 'InternalError', state: 'retrying', notFound: false },
  ];
  for (const { code, reason, state, notFound } of troubles) {
    it(`says so in its health while the server answers ${String(code)}, and heals by itself`, async () => {
      let healed = false;
      fixture.onList = (response) => {
        if (healed) sendJson(response, 200, listOf('1'));
        else sendJson(response, code, { kind: 'Status', reason, message: 'for a reason' });
      };
      const reflector = fixture.start();
      const states: string[] = [];
      reflector.onHealth((health) => states.push(health.state));
      await fixture.passUntil(() => fixture.lists.length >= 3);
      expect(reflector.health).to.deep.include({ state, notFound, synced: false, blindSince: 0 });
      expect(reflector.health.error).to.contain('for a reason');
      expect(blindMs(reflector.health, fixture.clock.now())).to.equal(fixture.clock.now());
      healed = true;
      await fixture.passUntil(() => reflector.health.state === 'watching');
      expect(blindMs(reflector.health, fixture.clock.now())).to.equal(0);
      expect(states).to.deep.equal([state, 'watching']);
    });
  }

  it('tries at least four times in the first ten seconds after a refusal', async () => {
    fixture.onList = (response) => {
      sendJson(response, 403, { reason: 'Forbidden' });
    };
    fixture.start();
    await fixture.passUntil(() => fixture.lists.length >= 4);
    expect(fixture.clock.now()).to.be.below(10_000);
  });
});
