import { expect } from 'chai';
import { dockerConfigJson, login, opaque } from './objects.ts';
import { SECRET_NAMES_ROLE } from '../../src/names.ts';
import { NAMESPACES, POLICIES, SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { useWorld, type World } from './world.ts';

/** What random operations brought to light, told as it happened. */
describe('cases that random operations found', () => {
  const world = useWorld('found');
  const NAMES = ['registry-credentials', 'found-b', 'found-c', 'found-d', 'found-e'];

  before(() => allow(world(), NAMES));
  after(() => allow(world(), NAMES.slice(0, 1)));

  it('no ServiceAccount refers to a copy that nobody has anything to put into', async () => {
    const scene = world().scene('nothing');
    const namespace = await scene.namespace('a');
    await scene.policy();
    await scene.untilReason('CredentialsResolved', 'SecretNotFound');
    await scene.untilPolicy('has looked at the namespace', ({ status }) => status?.serviceAccounts?.matched === 1);
    expect(await scene.entries(namespace)).to.deep.equal([]);
    expect(await scene.secret(namespace)).to.equal(undefined);
  });

  it('a ServiceAccount gets five entries at once, although the guard checks no more than two in one write', async () => {
    const scene = world().scene('many');
    const namespace = await scene.namespace('a');
    await scene.source();
    for (const name of NAMES) await scene.policy({ secret: { name } }, `-${name}`);
    for (const name of NAMES) await scene.untilSynced(1, `-${name}`);

    await scene.api.create(SERVICE_ACCOUNTS, { namespace }, { metadata: { name: 'late' } });
    for (const name of NAMES) await scene.patchPolicy({ serviceAccounts: { names: ['late'] } }, `-${name}`);
    await scene.until('five entries', async () =>
      (await scene.entries(namespace, 'late')).length === NAMES.length ? true : undefined,
    );

    const uid = (await scene.account(namespace, 'late'))?.metadata.uid;
    await scene.api.delete(SERVICE_ACCOUNTS, { namespace, name: 'late' });
    await scene.api.create(SERVICE_ACCOUNTS, { namespace }, { metadata: { name: 'late' } });
    await scene.until('five entries in the ServiceAccount made anew', async () => {
      const account = await scene.account(namespace, 'late');
      return account?.metadata.uid !== uid && account?.imagePullSecrets?.length === NAMES.length ? true : undefined;
    });
  });

  it('the last key goes with its policy, and so do the entries, where those who stay have none', async () => {
    const scene = world().scene('last');
    const namespace = await scene.namespace('a');
    await scene.source(opaque({ key: 'dmFsdWU=' }), '-broken');
    await scene.source();
    await scene.policy();
    await scene.untilSynced(1);
    await scene.policy({ credentials: [{ secretRef: { name: `${scene.name}-broken` } }] }, '-second');
    await scene.untilReason('CredentialsResolved', 'SecretTypeUnsupported', '-second');
    await scene.end();
    await scene.untilNoSecret(namespace);
    expect(await scene.entries(namespace)).to.deep.equal([]);
  });

  it('a policy that is deleted while its copies are being written under a new name leaves none of them', async () => {
    const scene = world().scene('chase');
    const namespaces = await Promise.all(Array.from({ length: 12 }, (_, index) => scene.namespace(String(index))));
    await scene.source(dockerConfigJson({ 'registry.example.com': login('user', 'password') }));
    for (const round of ['-a', '-b', '-c', '-d']) {
      await scene.policy({}, round);
      await scene.untilSynced(namespaces.length, round);
      await scene.patchPolicy({ secret: { name: 'found-b' } }, round);
      await scene.untilPolicy('will write', ({ status }) => status?.secretNames?.includes('found-b') === true, round);
      await scene.end(round);
      for (const name of ['registry-credentials', 'found-b']) {
        const { items } = await scene.api.list(SECRETS, { fieldSelector: `metadata.name=${name}` });
        expect(items.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''))).to.deep.equal([]);
      }
    }
    for (const name of namespaces) await scene.api.delete(NAMESPACES, { name });
    expect((await scene.api.list(POLICIES, {})).items.map(({ metadata }) => metadata.name)).not.to.include(scene.name);
  });
});

async function allow({ cluster }: World, names: readonly string[]): Promise<void> {
  const patch = JSON.stringify([{ op: 'replace', path: '/rules/0/resourceNames', value: names }]);
  const { code, stderr } = await cluster.plane.kubectl([
    'patch',
    'clusterrole',
    SECRET_NAMES_ROLE,
    '--type=json',
    '-p',
    patch,
  ]);
  if (code !== 0) throw new Error(stderr);
}
