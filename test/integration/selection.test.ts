import { expect } from 'chai';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { COPY } from './objects.ts';
import { useWorld } from './world.ts';

describe('which namespaces and ServiceAccounts a policy reaches', () => {
  const world = useWorld('select');

  const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'team-a': { env: 'prod', team: 'a' },
    'team-b': { env: 'test', team: 'b' },
    legacy: { env: 'prod' },
    bare: {},
  };
  /** Labels carry the scene's name where the names of namespaces do not hold a policy to its scene. */
  const labelled = (labels: Readonly<Record<string, string>>, scene: string) => ({ ...labels, scene });
  const ALL = Object.keys(LABELS);
  const NAMESPACE_CASES: readonly {
    readonly what: string;
    readonly spec: (prefix: string) => object;
    readonly reached: readonly string[];
  }[] = [
    { what: 'a glob', spec: (p) => ({ include: [`${p}-*`] }), reached: ALL },
    {
      what: 'a name and a glob',
      spec: (p) => ({ include: [`${p}-bare`, `${p}-team-*`] }),
      reached: ['bare', 'team-a', 'team-b'],
    },
    {
      what: 'a glob with excludes',
      spec: (p) => ({ include: [`${p}-*`], exclude: [`${p}-team-b`, `${p}-l*y`] }),
      reached: ['bare', 'team-a'],
    },
    {
      what: 'a selector and a glob',
      spec: (p) => ({ include: [`${p}-*`], selector: { matchLabels: { env: 'prod' } } }),
      reached: ['legacy', 'team-a'],
    },
    {
      what: 'a selector alone, with an exclude',
      spec: (p) => ({
        exclude: [`${p}-legacy`],
        selector: {
          matchLabels: { scene: p },
          matchExpressions: [
            { key: 'env', operator: 'In', values: ['prod', 'test'] },
            { key: 'team', operator: 'Exists' },
          ],
        },
      }),
      reached: ['team-a', 'team-b'],
    },
    {
      what: 'a selector by absence',
      spec: (p) => ({
        include: [`${p}-*`],
        selector: { matchExpressions: [{ key: 'env', operator: 'DoesNotExist' }] },
      }),
      reached: ['bare'],
    },
    { what: 'names that match nothing', spec: (p) => ({ include: [`${p}-none`] }), reached: [] },
  ];
  NAMESPACE_CASES.forEach(({ what, spec, reached }, at) => {
    it(`reaches by ${what}: ${reached.length === 0 ? 'nothing' : reached.join(', ')}`, async () => {
      const scene = world().scene(`ns-${at}`);
      await Promise.all(
        Object.entries(LABELS).map(([suffix, labels]) => scene.namespace(suffix, labelled(labels, scene.name))),
      );
      await scene.source();
      await scene.policy({ namespaces: spec(scene.name) });
      await scene.untilSynced(reached.length);
      for (const suffix of ALL) {
        const namespace = `${scene.name}-${suffix}`;
        const expected = reached.includes(suffix);
        expect((await scene.secret(namespace)) !== undefined, suffix).to.equal(expected);
        expect(await scene.entries(namespace), suffix).to.deep.equal(expected ? [COPY] : []);
      }
    });
  });

  const ACCOUNT_CASES = [
    { what: 'the default', spec: {}, reached: ['default'] },
    { what: 'names', spec: { serviceAccounts: { names: ['builder'] } }, reached: ['builder'] },
    { what: 'a glob', spec: { serviceAccounts: { names: ['*er'] } }, reached: ['builder', 'deployer'] },
    { what: 'every name', spec: { serviceAccounts: { names: ['*'] } }, reached: ['builder', 'default', 'deployer'] },
    {
      what: 'a selector',
      spec: { serviceAccounts: { selector: { matchLabels: { pulls: 'yes' } } } },
      reached: ['deployer'],
    },
    {
      what: 'names or a selector',
      spec: { serviceAccounts: { names: ['default'], selector: { matchLabels: { pulls: 'yes' } } } },
      reached: ['default', 'deployer'],
    },
  ];
  const createAccount = (namespace: string, name: string, labels: Readonly<Record<string, string>> = {}) =>
    world().api.create(SERVICE_ACCOUNTS, { namespace }, { metadata: { name, labels } });

  ACCOUNT_CASES.forEach(({ what, spec, reached }, at) => {
    it(`gives the entry to ServiceAccounts by ${what}: ${reached.join(', ')}`, async () => {
      const scene = world().scene(`sa-${at}`);
      const namespace = await scene.namespace('a');
      await createAccount(namespace, 'builder');
      await createAccount(namespace, 'deployer', { pulls: 'yes' });
      await scene.source();
      await scene.policy(spec);
      const { status } = await scene.untilPolicy(
        'has patched them',
        (policy) => policy.status?.serviceAccounts?.patched === reached.length,
      );
      expect(status?.serviceAccounts).to.deep.equal({ matched: reached.length, patched: reached.length });
      for (const name of ['builder', 'default', 'deployer'])
        expect(await scene.entries(namespace, name), name).to.deep.equal(reached.includes(name) ? [COPY] : []);
    });
  });

  it('covers a namespace that is created later', async () => {
    const scene = world().scene('later');
    await scene.source();
    await scene.policy();
    await scene.untilSynced(0);
    const namespace = await scene.namespace('new');
    await scene.untilEntries(namespace, [COPY]);
    expect(await scene.secret(namespace)).to.not.equal(undefined);
    await scene.untilSynced(1);
  });

  it('covers a ServiceAccount that is created later, and again when it is made anew', async () => {
    const scene = world().scene('account-later');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy({ serviceAccounts: { names: ['app'] } });
    await scene.untilSynced(1);
    for (let made = 0; made < 2; made++) {
      await createAccount(namespace, 'app');
      await scene.untilEntries(namespace, [COPY], 'app');
      await world().api.delete(SERVICE_ACCOUNTS, { namespace, name: 'app' });
    }
  });

  it('follows the labels of a namespace in both directions', async () => {
    const scene = world().scene('relabel');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy({ namespaces: { selector: { matchLabels: { relabel: 'on' } } } });
    await scene.untilSynced(0);
    const label = (value: string | null) =>
      world().api.patch(NAMESPACES, { name: namespace }, { metadata: { labels: { relabel: value } } }, 'merge');
    await label('on');
    await scene.untilEntries(namespace, [COPY]);
    await label(null);
    await scene.untilNoSecret(namespace);
    expect(await scene.entries(namespace)).to.deep.equal([]);
    await label('on');
    await scene.untilEntries(namespace, [COPY]);
  });

  it('follows the labels of a ServiceAccount in both directions', async () => {
    const scene = world().scene('relabel-sa');
    const namespace = await scene.namespace('a');
    await createAccount(namespace, 'app');
    await scene.source();
    await scene.policy({ serviceAccounts: { selector: { matchLabels: { pulls: 'yes' } } } });
    await scene.untilSecret(namespace, 'made');
    const label = (value: string | null) =>
      world().api.patch(
        SERVICE_ACCOUNTS,
        { namespace, name: 'app' },
        { metadata: { labels: { pulls: value } } },
        'merge',
      );
    await label('yes');
    await scene.untilEntries(namespace, [COPY], 'app');
    await label(null);
    await scene.untilEntries(namespace, [], 'app');
    expect(await scene.secret(namespace)).to.not.equal(undefined);
  });

  it('follows a change of the policy: leaves namespaces and ServiceAccounts, enters others', async () => {
    const scene = world().scene('moves');
    const [a, b] = [await scene.namespace('a'), await scene.namespace('b')];
    await createAccount(b, 'app');
    await scene.source();
    await scene.policy({ namespaces: { include: [a] } });
    await scene.untilEntries(a, [COPY]);
    await scene.patchPolicy({ namespaces: { include: [b] }, serviceAccounts: { names: ['app'] } });
    await scene.untilEntries(b, [COPY], 'app');
    await scene.untilNoSecret(a);
    expect(await scene.entries(a)).to.deep.equal([]);
    expect(await scene.entries(b)).to.deep.equal([]);
    await scene.untilSynced(1);
  });
});
