import { expect } from 'chai';
import { event, listOf, query, ReflectorFixture, secret, slim, versions } from './reflector-fixture.ts';
import { openWatch, sendJson, until } from './stand-in-server.ts';

describe('Reflector', () => {
  let fixture: ReflectorFixture;
  beforeEach(async () => {
    fixture = new ReflectorFixture();
    await fixture.server.start();
  });
  afterEach(() => fixture.stop());

  it('lists page by page, then watches from the version of the list', async () => {
    fixture.onList = (response, request) => {
      const second = query(request).get('continue') === 'more';
      sendJson(response, 200, {
        metadata: { resourceVersion: '5', ...(!second && { continue: 'more' }) },
        items: [second ? secret('b', '4') : secret('a', '3')],
      });
    };
    const reflector = fixture.start({ selector: { namespace: 'ns', fieldSelector: 'metadata.name=a' } });
    await until(() => reflector.health.state === 'watching');
    expect(versions(reflector)).to.deep.equal(['a@3', 'b@4']);
    expect(fixture.lists.map((request) => query(request).get('limit'))).to.deep.equal(['500', '500']);
    const [watch] = fixture.watches;
    expect(watch?.url).to.match(/^\/api\/v1\/namespaces\/ns\/secrets\?/);
    const asked =
      watch === undefined
        ? []
        : ['resourceVersion', 'fieldSelector', 'allowWatchBookmarks', 'timeoutSeconds'].map((name) =>
            query(watch).get(name),
          );
    expect(asked).to.deep.equal(['5', 'metadata.name=a', 'true', '450']);
  });

  const firsts = [
    { listFromCache: true, resourceVersion: '0' },
    { listFromCache: false, resourceVersion: null },
  ];
  for (const { listFromCache, resourceVersion } of firsts) {
    it(`asks for version ${String(resourceVersion)} in its first list when listFromCache is ${String(listFromCache)}`, async () => {
      const reflector = fixture.start({ listFromCache });
      await reflector.store.whenSynced();
      expect(fixture.lists.map((request) => query(request).get('resourceVersion'))).to.deep.equal([resourceVersion]);
    });
  }

  it('follows added, modified and deleted objects', async () => {
    fixture.onList = (response) => {
      sendJson(response, 200, listOf('1', secret('a', '1'), secret('b', '1')));
    };
    fixture.onWatch = (response) => {
      openWatch(response, event('ADDED', 'c', '2'), event('MODIFIED', 'a', '3'), event('DELETED', 'b', '4'));
    };
    const reflector = fixture.start();
    await until(() => reflector.store.get('b', 'ns') === undefined && reflector.store.synced);
    expect(versions(reflector)).to.deep.equal(['a@3', 'c@2']);
  });

  it('watches on without a list when the server ends the watch, from the last version seen, bookmarks included', async () => {
    fixture.onWatch = (response, nth) => {
      if (nth === 1) openWatch(response, event('ADDED', 'a', '2'), event('BOOKMARK', 'x', '40'));
      else openWatch(response);
    };
    const reflector = fixture.start();
    await until(() => reflector.store.size === 1);
    await fixture.clock.advance(60_000);
    fixture.open[0]?.end();
    await until(() => fixture.watches.length === 2);
    expect(fixture.watches.map((request) => query(request).get('resourceVersion'))).to.deep.equal(['1', '40']);
    expect([fixture.lists.length, reflector.health.state]).to.deep.equal([1, 'watching']);
  });

  it('does not spin when a server ends every watch at once', async () => {
    fixture.onWatch = (response) => {
      openWatch(response);
      response.end();
    };
    fixture.start();
    await until(() => fixture.watches.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(fixture.watches).to.have.length(1);
    await fixture.passUntil(() => fixture.watches.length === 3);
  });

  it('leaves out an object that it cannot read, and keeps the others', async () => {
    fixture.onList = (response) => {
      sendJson(response, 200, listOf('1', secret('bad', '1'), secret('good', '1')));
    };
    const reflector = fixture.start({
      slim: (raw) => {
        if (raw.metadata.name === 'bad') throw new Error('cannot');
        return slim(raw);
      },
    });
    await reflector.store.whenSynced();
    expect(versions(reflector)).to.deep.equal(['good@1']);
  });

  it('reminds of every object now and then', async () => {
    fixture.onList = (response) => {
      sendJson(response, 200, listOf('1', secret('a', '1')));
    };
    const reflector = fixture.start({ resyncMs: 1_000 });
    const reminders: number[] = [];
    reflector.store.subscribe((change) => {
      if (change.kind === 'resync') reminders.push(fixture.clock.now());
    });
    await until(() => reflector.health.state === 'watching');
    await fixture.clock.advance(2_500);
    expect(reminders).to.deep.equal([1_000, 2_000]);
  });

  it('opens no watch and changes nothing once it was stopped during its list', async () => {
    let answer: () => void = () => undefined;
    fixture.onList = (response) => {
      answer = () => {
        sendJson(response, 200, listOf('1', secret('a', '1')));
      };
    };
    const reflector = fixture.start();
    await until(() => fixture.lists.length === 1);
    const stopped = reflector.stop();
    answer();
    await stopped;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([fixture.watches.length, reflector.store.synced, fixture.clock.timers]).to.deep.equal([0, false, 0]);
  });

  it('can be started again after a stop, and lists what changed meanwhile', async () => {
    fixture.onList = (response, _request, nth) => {
      sendJson(response, 200, nth === 1 ? listOf('1', secret('a', '1')) : listOf('2', secret('b', '2')));
    };
    const reflector = fixture.start();
    await until(() => reflector.health.state === 'watching');
    await reflector.stop();
    reflector.start();
    await until(() => reflector.health.state === 'watching');
    expect(versions(reflector)).to.deep.equal(['b@2']);
  });
});
