import { expect } from 'chai';
import type { ServiceAccount } from '../../src/api/objects.ts';
import { SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { PULL_SECRETS_ANNOTATION } from '../../src/names.ts';
import { asSeenByOthers, COPY } from './objects.ts';
import type { Scene } from './scene.ts';
import { useWorld } from './world.ts';

describe('entries in ServiceAccounts', () => {
  const world = useWorld('account');

  /** An account with `entries` in a namespace of its own, and a policy that selects it. */
  async function withAccount(name: string, body: object): Promise<{ scene: Scene; namespace: string; before: object }> {
    const scene = world().scene(name);
    const namespace = await scene.namespace('a');
    const before = await world().api.create(SERVICE_ACCOUNTS, { namespace }, { metadata: { name: 'app' }, ...body });
    await scene.source();
    await scene.policy({ serviceAccounts: { names: ['app'] } });
    await scene.untilSynced(1);
    return { scene, namespace, before: asSeenByOthers(before) };
  }
  const patch = (namespace: string, change: object) =>
    world().api.patch(SERVICE_ACCOUNTS, { namespace, name: 'app' }, change, 'merge');
  const app = async (scene: Scene, namespace: string): Promise<object> => {
    const account: ServiceAccount | undefined = await scene.account(namespace, 'app');
    return account === undefined ? {} : asSeenByOthers(account);
  };
  const names = (...entries: string[]): object => ({ imagePullSecrets: entries.map((entry) => ({ name: entry })) });

  it('of others keep their places, and every other field is as it was, with the policy and after it', async () => {
    const { scene, namespace, before } = await withAccount('others', {
      metadata: { name: 'app', labels: { a: 'b' }, annotations: { 'example.com/note': 'n' } },
      automountServiceAccountToken: false,
      secrets: [{ name: 'token' }],
      ...names('zz', 'aa'),
    });
    expect(await app(scene, namespace)).to.deep.equal({
      ...before,
      metadata: {
        ...('metadata' in before && typeof before.metadata === 'object' ? before.metadata : {}),
        annotations: { 'example.com/note': 'n', [PULL_SECRETS_ANNOTATION]: `["${COPY}"]` },
      },
      ...names('zz', 'aa', COPY),
    });
    await scene.end();
    expect(await app(scene, namespace)).to.deep.equal(before);
  });

  it('that somebody else wrote before us are theirs: content with them, and they stay', async () => {
    const { scene, namespace, before } = await withAccount('before', names(COPY, 'other'));
    expect(await app(scene, namespace)).to.deep.equal(before);
    expect((await scene.found())?.status?.serviceAccounts).to.deep.equal({ matched: 1, patched: 1 });
    await scene.end();
    expect(await app(scene, namespace)).to.deep.equal(before);
    expect(await scene.secret(namespace)).to.equal(undefined);
  });

  it('that somebody doubled: only ours goes', async () => {
    const { scene, namespace } = await withAccount('double', {});
    await patch(namespace, names(COPY, COPY));
    await scene.end();
    expect(await scene.entries(namespace, 'app')).to.deep.equal([COPY]);
  });

  it('whose record is lost are theirs from now on', async () => {
    const { scene, namespace } = await withAccount('lost', {});
    const stripped = await patch(namespace, { metadata: { annotations: { [PULL_SECRETS_ANNOTATION]: null } } });
    await scene.policy({ serviceAccounts: { names: ['app'] } }, '-barrier');
    await scene.untilSynced(1, '-barrier');
    expect(await scene.account(namespace, 'app')).to.deep.equal(stripped);
    await scene.end('-barrier');
    await scene.end();
    expect(await scene.entries(namespace, 'app')).to.deep.equal([COPY]);
  });

  it('recorded under a name that no policy has: the record goes, the entry stays', async () => {
    const { scene, namespace } = await withAccount('forged', {
      metadata: { name: 'app', annotations: { [PULL_SECRETS_ANNOTATION]: '["theirs"]' } },
      ...names('theirs'),
    });
    await scene.untilEntries(namespace, ['theirs', COPY], 'app');
    expect((await scene.account(namespace, 'app'))?.metadata.annotations).to.deep.equal({
      [PULL_SECRETS_ANNOTATION]: `["${COPY}"]`,
    });
    await scene.end();
    expect(await scene.entries(namespace, 'app')).to.deep.equal(['theirs']);
  });

  it('recorded in something that is no record: the entry is theirs', async () => {
    const { scene, namespace } = await withAccount('garbled', {
      metadata: { name: 'app', annotations: { [PULL_SECRETS_ANNOTATION]: '{{{' } },
      ...names(COPY),
    });
    await scene.end();
    expect(await scene.entries(namespace, 'app')).to.deep.equal([COPY]);
  });

  it('are not lost to each other when others write to the same account at the same time', async () => {
    const scene = world().scene('race');
    const namespace = await scene.namespace('a');
    const others = Array.from({ length: 30 }, (_, at) => `other-${at.toString().padStart(2, '0')}`);
    await world().api.create(SERVICE_ACCOUNTS, { namespace }, { metadata: { name: 'app' }, imagePullSecrets: [] });
    await scene.source();
    await scene.policy({ serviceAccounts: { names: ['app'] } });
    for (const other of others) {
      await scene.until(`${other} written`, () => append(scene, namespace, other));
      if (other === others[10]) await scene.patchPolicy({ serviceAccounts: { names: ['default'] } });
      if (other === others[20]) await scene.patchPolicy({ serviceAccounts: { names: ['app'] } });
    }
    await scene.until('our entry', async () =>
      (await scene.entries(namespace, 'app')).includes(COPY) ? true : undefined,
    );
    const found = await scene.entries(namespace, 'app');
    expect(found.filter((entry) => entry !== COPY)).to.deep.equal(others);
    expect(found.filter((entry) => entry === COPY)).to.have.lengthOf(1);
  });

  /** As careful writers do it: with the version that was read. */
  async function append(scene: Scene, namespace: string, entry: string): Promise<true | undefined> {
    const account = await scene.account(namespace, 'app');
    const body = {
      metadata: { resourceVersion: account?.metadata.resourceVersion },
      imagePullSecrets: [...(account?.imagePullSecrets ?? []), { name: entry }],
    };
    return patch(namespace, body).then(
      () => true as const,
      () => undefined,
    );
  }
});
