import { expect } from 'chai';
import { SECRETS } from '../../src/kube/resources.ts';
import { until } from '../cluster/wait.ts';
import { collectionOf, type Seen, watches } from '../faults/exchange.ts';
import { answers, onlyBookmarks, resets, shortens, slowly, truncates } from '../faults/faults.ts';
import { FaultProxy } from '../faults/proxy.ts';
import { COPY, dockerConfigJson, login, passwordOf } from './objects.ts';
import type { OperatorProcess } from '../cluster/operator-process.ts';
import type { Scene } from './scene.ts';
import { useWorld } from './world.ts';

const REGISTRY = 'registry.example.com';
const having = (password: string) => dockerConfigJson({ [REGISTRY]: login('user', password) });

/** As many requests at once as the operator's workers may have; their connections are kept for a while. */
const POOL = 32;
const OUTAGE_MS = 30_000;
/**
 * What an outage of 30 s may cost. A reflector that failed n times tries again after 0.25 s to min(10 s, 0.5 s * 2^n), evenly spread: ten times
 * on average, and twenty is more than four standard deviations away. The elector tries every 2 s while it leads and every 2 s to 4.4 s then: at most
 * 15 times, and what it reads over a broken connection is sent up to three times.
 */
const requestsIn30s = (reflectors: number): number => 20 * reflectors + 3 * 15;
/** The longest back-off is 10 s, for reflectors as for writes that were swallowed; the elector comes before both. */
const HEALS_WITHIN = 40_000;
/** A silent watch is given up after 75 s. */
const SILENCE_FOUND_WITHIN = 100_000;

/** What an operator does that has nothing to do; an Event about what came before may still be on its way. */
const isQuiet = ({ verb, resource }: Seen): boolean =>
  verb === 'watch' || resource === 'leases' || resource === 'events';

describe('an operator behind a proxy that misbehaves', () => {
  const world = useWorld('faults', { operator: false });
  let proxy: FaultProxy;
  let operator: OperatorProcess;
  /** Another one, which only follows, and whose watches are half open from the start: that takes its time to be found. */
  let followers: FaultProxy;
  let follower: OperatorProcess;

  before(async function () {
    this.timeout(90_000);
    const { plane, kubeconfig } = world().cluster;
    proxy = await FaultProxy.start(plane);
    operator = await world().start([], await proxy.kubeconfig(kubeconfig));
    await operator.whenReady();
    const leads = (): Promise<true | undefined> =>
      Promise.resolve(operator.logs.some(({ message }) => message === 'leading') || undefined);
    await until(leads, { what: 'the operator leads', within: HEALS_WITHIN });
    followers = await FaultProxy.start(plane);
    follower = await world().start([], await followers.kubeconfig(kubeconfig));
    await follower.whenReady();
    followers.silence(watches)();
  });
  after(async () => {
    await proxy.stop();
    await followers.stop();
  });

  /** Three namespaces in sync, and the watches that are open then. */
  async function inOrder(name: string): Promise<{ readonly scene: Scene; readonly watched: readonly string[] }> {
    const scene = world().scene(name);
    await Promise.all(['kept', 'lost', 'edited'].map((suffix) => scene.namespace(suffix)));
    await scene.source(having('first'));
    await scene.policy();
    await scene.untilSynced(3);
    expect(new Set(proxy.openWatches).size, proxy.openWatches.join(' ')).to.equal(proxy.openWatches.length);
    return { scene, watched: proxy.openWatches };
  }

  /** A new namespace, a rotation, a copy deleted and one edited, while the operator can hardly act on it. */
  async function change(scene: Scene): Promise<void> {
    await scene.namespace('new');
    await scene.rotate(having('second'));
    await scene.api.delete(SECRETS, { namespace: `${scene.name}-lost`, name: COPY });
    const edited = { data: { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') } };
    await scene.api.patch(SECRETS, { namespace: `${scene.name}-edited`, name: COPY }, edited, 'merge');
  }

  /** Everything is as specified again, and nothing is left over of the outage: no second watch of anything, no connection. */
  async function heals(scene: Scene, watched: readonly string[]): Promise<void> {
    await scene.until(
      'every copy rotated',
      async () => {
        const copies = ['kept', 'lost', 'edited', 'new'].map((suffix) => scene.secret(`${scene.name}-${suffix}`));
        const passwords = (await Promise.all(copies)).map((copy) => passwordOf(copy, REGISTRY));
        return passwords.every((password) => password === 'second') ? true : undefined;
      },
      HEALS_WITHIN,
    );
    await scene.untilEntries(`${scene.name}-new`, [COPY]);
    await scene.untilSynced(4);
    await operator.whenReady();
    await watchedAgain(proxy, watched);
    expect(proxy.connections, 'connections').to.be.at.most(watched.length + POOL);
    await scene.end();
  }

  async function watchedAgain({ openWatches }: FaultProxy, watched: readonly string[]): Promise<void> {
    const same = (): Promise<true | undefined> =>
      Promise.resolve(proxy.openWatches.join() === watched.join() || undefined);
    await until(same, {
      what: `the watches ${watched.join(' ')} instead of ${openWatches.join(' ')}`,
      within: HEALS_WITHIN,
    });
  }

  /** Has every watch begin with a list again. */
  const expireWatches = (): void => {
    proxy.inject(answers(410, 'Expired'), watches)();
  };

  it('goes on from the last bookmark, without a list, when watches end; and finds with the next list what they dropped before it', async function () {
    this.timeout(60_000);
    const { scene, watched } = await inOrder('bookmarks');
    const before = proxy.requests.length;
    const dropping = proxy.inject(onlyBookmarks(), (seen) => watches(seen) && seen.resource !== 'leases');
    const shortening = proxy.inject(shortens(5), watches);
    await change(scene);
    await untilOpenedAgain(before, 2 * watched.length);
    expect(proxy.requests.slice(before).filter((seen) => !isQuiet(seen))).to.deep.equal([]);
    dropping();
    shortening();
    const healing = proxy.inject(answers(410, 'Expired'), watches);
    await untilListedAgain(before, watched);
    healing();
    await heals(scene, watched);
  });

  function untilListedAgain(before: number, watched: readonly string[]): Promise<true> {
    const listed = (): Promise<true | undefined> => {
      const lists = proxy.requests.slice(before).filter(({ verb }) => verb === 'list');
      const collections = new Set(lists.map(collectionOf));
      return Promise.resolve(watched.every((watch) => collections.has(watch)) || undefined);
    };
    return until(listed, { what: 'everything listed again', within: HEALS_WITHIN });
  }

  function untilOpenedAgain(before: number, times: number): Promise<true> {
    const opened = (): Promise<true | undefined> =>
      Promise.resolve(proxy.requests.slice(before).filter(watches).length >= times || undefined);
    return until(opened, { what: `${times} watches opened again`, within: HEALS_WITHIN });
  }

  const FAULTS: readonly { readonly name: string; readonly begin: () => () => void; readonly met: number }[] = [
    { name: 'reset connections', begin: () => proxy.inject(resets()), met: 8 },
    { name: 'requests on half-open connections', begin: () => proxy.silence((seen) => !watches(seen)), met: 4 },
    { name: 'an answer of 410 to every watch', begin: () => proxy.inject(answers(410, 'Expired'), watches), met: 8 },
    {
      name: 'an answer of 429 with Retry-After to everything',
      begin: () => proxy.inject(answers(429, 'TooManyRequests', { 'retry-after': '1' })),
      met: 8,
    },
    {
      name: 'an answer of 500 to everything',
      begin: () => proxy.inject(answers(500, 'InternalError')),
      met: 8,
    },
    {
      name: 'lists and watches that come in small pieces',
      begin: () => {
        expireWatches();
        return proxy.inject(slowly(1024, 1));
      },
      met: 12,
    },
    {
      name: 'lists and watches that end in the middle of their JSON',
      begin: () => {
        expireWatches();
        return proxy.inject(truncates());
      },
      met: 12,
    },
  ];
  for (const { name, begin, met } of FAULTS) {
    it(`brings everything in order after ${name}`, async function () {
      this.timeout(90_000);
      const { scene, watched } = await inOrder(`fault-${FAULTS.findIndex((fault) => fault.name === name)}`);
      const before = proxy.requests.length;
      const end = begin();
      await change(scene);
      await scene.until(`${met} requests`, () =>
        Promise.resolve(proxy.requests.length - before >= met ? true : undefined),
      );
      expect(proxy.requests.length - before, 'requests').to.be.at.most(requestsIn30s(watched.length));
      end();
      await heals(scene, watched);
    });
  }

  it('says so when it is blind for 30 s, asks seldom, and recovers by itself', async function () {
    this.timeout(120_000);
    const { scene, watched } = await inOrder('dark');
    const before = proxy.refused;
    const light = proxy.darken();
    const over = new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
    await change(scene);
    await scene.until('/readyz 503', async () => ((await operator.readyz()).status === 503 ? true : undefined));
    expect((await operator.healthz()).status).to.equal(200);
    await over;
    expect(proxy.refused - before, 'connections').to.be.at.most(requestsIn30s(watched.length));
    light();
    await heals(scene, watched);
  });

  it('gives up watches that went silent, and sees through new ones what happened, without a list', async function () {
    this.timeout(SILENCE_FOUND_WITHIN + 30_000);
    const scene = world().scene('silent');
    await scene.source(having('first'));
    await scene.policy();
    const source = `/secrets?metadata.name=${scene.name}`;
    const seen = (): Promise<true | undefined> =>
      Promise.resolve(followers.openWatches.some((watch) => watch.endsWith(source)) || undefined);
    await until(seen, { what: 'the follower watches the new source', within: SILENCE_FOUND_WITHIN });
    const lists = (resource: string): number =>
      followers.requests.filter((request) => request.verb === 'list' && request.resource === resource).length;
    expect(['namespaces', 'serviceaccounts', 'registrycredentialpolicies'].map(lists)).to.deep.equal([1, 1, 1]);
    expect(new Set(followers.openWatches).size).to.equal(followers.openWatches.length);
    await follower.whenReady();
    await scene.end();
  });
});
