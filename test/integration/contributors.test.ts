import { expect } from 'chai';
import type { Secret } from '../../src/api/objects.ts';
import { POLICIES, SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { CONTRIBUTORS_ANNOTATION, MANAGED_BY_LABEL, MANAGED_BY_VALUE, OPERATOR_NAME } from '../../src/names.ts';
import { authsOf, COPY, dockerConfigJson, login, passwordOf, type Spec } from './objects.ts';
import type { Scene } from './scene.ts';
import { useWorld } from './world.ts';

const A = 'a.example.com';
const B = 'b.example.com';
const SHARED = 'shared.example.com';

describe('policies that feed one Secret', () => {
  const world = useWorld('feed');

  /** Two policies, the first older, each with a source of its own. */
  async function two(name: string, first: object, second: object, specs: readonly [Spec, Spec] = [{}, {}]) {
    const scene = world().scene(name);
    const namespace = await scene.namespace('x');
    await scene.source(dockerConfigJson(first), '-1');
    await scene.source(dockerConfigJson(second), '-2');
    const credentials = (suffix: string): object => ({
      credentials: [{ secretRef: { name: `${scene.name}${suffix}` } }],
    });
    await scene.policy({ ...credentials('-1'), ...specs[0] }, '-1');
    await scene.policy({ ...credentials('-2'), ...specs[1] }, '-2');
    return { scene, namespace };
  }
  const keys = (copy: Secret | undefined): string => Object.keys(authsOf(copy)).join(' ');
  const untilKeys = (scene: Scene, namespace: string, expected: string): Promise<Secret> =>
    scene.untilSecret(namespace, `with ${expected}`, (copy) => keys(copy) === expected);
  const record = (copy: Secret | undefined): unknown =>
    JSON.parse(copy?.metadata.annotations?.[CONTRIBUTORS_ANNOTATION] ?? 'null');

  it('share it: it holds the union of their entries and says who feeds which', async () => {
    const { scene, namespace } = await two('union', { [A]: login('a', 'pa') }, { [B]: login('b', 'pb') }, [
      { secret: { labels: { one: '1', both: '1' } } },
      { secret: { labels: { two: '2', both: '2' } } },
    ]);
    const copy = await untilKeys(scene, namespace, `${A} ${B}`);
    expect(authsOf(copy)).to.deep.equal({ [A]: login('a', 'pa'), [B]: login('b', 'pb') });
    expect(record(copy)).to.deep.equal({ [`${scene.name}-1`]: [A], [`${scene.name}-2`]: [B] });
    expect(copy.metadata.labels).to.deep.equal({ [MANAGED_BY_LABEL]: MANAGED_BY_VALUE, one: '1', two: '2', both: '1' });
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
    await scene.untilSynced(1, '-1');
    await scene.untilSynced(1, '-2');
  });

  it('with one registry: the older entry stands, the younger policy is told where and is in sync all the same', async () => {
    const { scene, namespace } = await two(
      'shadow',
      { 'docker.io': login('old', 'old') },
      { 'https://index.docker.io/v1/': login('young', 'young'), [B]: login('b', 'pb') },
    );
    await scene.namespace('y');
    await scene.untilSynced(2, '-1');
    const younger = await scene.untilSynced(2, '-2');
    expect(authsOf(await scene.secret(namespace))).to.deep.equal({
      'docker.io': login('old', 'old'),
      [B]: login('b', 'pb'),
    });
    const shadowed = younger.status?.conditions?.find(({ type }) => type === 'CredentialsShadowed');
    expect(shadowed).to.include({ status: 'True', reason: 'OlderPolicy' });
    expect(shadowed?.message).to.contain('2 namespaces').and.to.contain('docker.io');
    expect((await scene.condition('CredentialsShadowed', '-1'))?.status).to.equal('False');

    await scene.end('-1');
    const copy = await scene.untilSecret(namespace, 'of the younger', (found) =>
      keys(found).includes('https://index.docker.io/v1/'),
    );
    expect(authsOf(copy)['https://index.docker.io/v1/']).to.deep.equal(login('young', 'young'));
    await scene.untilReason('CredentialsShadowed', 'NotShadowed', '-2');
  });

  it('of which the older one is older by its creation, whatever the names', async () => {
    const scene = world().scene('age');
    const namespace = await scene.namespace('x');
    const source = async (suffix: string): Promise<object> => {
      await scene.source(dockerConfigJson({ [SHARED]: login('user', `of${suffix}`) }), suffix);
      return { credentials: [{ secretRef: { name: `${scene.name}${suffix}` } }] };
    };
    const [first, second] = [await source('-z'), await source('-a')];
    await scene.policy(first, '-z');
    const created = Date.parse((await scene.found('-z'))?.metadata.creationTimestamp ?? '');
    // Creation times have whole seconds.
    await scene.until('the next second', () => Promise.resolve(Date.now() > created + 1_000 ? true : undefined));
    await scene.policy(second, '-a');
    await scene.untilReason('CredentialsShadowed', 'OlderPolicy', '-a');
    expect(passwordOf(await scene.secret(namespace), SHARED)).to.equal('of-z');
  });

  const LEAVING: readonly { readonly how: string; readonly leave: (scene: Scene) => Promise<void> }[] = [
    { how: 'is deleted', leave: (scene) => scene.end('-1') },
    {
      how: 'does not match any more',
      leave: (scene) => scene.patchPolicy({ namespaces: { include: ['feed-nowhere'] } }, '-1'),
    },
    {
      how: 'is deleted with deletionPolicy: Retain',
      leave: async (scene) => {
        await scene.patchPolicy({ deletionPolicy: 'Retain' }, '-1');
        await scene.end('-1');
      },
    },
  ];
  LEAVING.forEach(({ how, leave }, at) => {
    it(`lose just the keys of the one that ${how}`, async () => {
      const { scene, namespace } = await two(`leave-${at}`, { [A]: login('a', 'pa') }, { [B]: login('b', 'pb') });
      const before = await untilKeys(scene, namespace, `${A} ${B}`);
      await scene.untilEntries(namespace, [COPY]);
      await leave(scene);
      const after = await untilKeys(scene, namespace, B);
      expect(after.metadata.uid).to.equal(before.metadata.uid);
      expect(record(after)).to.deep.equal({ [`${scene.name}-2`]: [B] });
      expect(await scene.entries(namespace)).to.deep.equal([COPY]);
      await scene.untilSynced(1, '-2');
    });
  });

  it('give a ServiceAccount the entry if any of them selects it, and take it when none does any more', async () => {
    const { scene, namespace } = await two('accounts', { [A]: login('a', 'pa') }, { [B]: login('b', 'pb') }, [
      { serviceAccounts: { names: ['default', 'app'] } },
      { serviceAccounts: { names: ['default'] } },
    ]);
    await world().api.create(SERVICE_ACCOUNTS, { namespace }, { metadata: { name: 'app' } });
    await scene.untilEntries(namespace, [COPY], 'app');
    await scene.untilEntries(namespace, [COPY]);
    await scene.patchPolicy({ serviceAccounts: { names: ['none'] } }, '-1');
    await scene.untilEntries(namespace, [], 'app');
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
    await scene.patchPolicy({ serviceAccounts: { names: ['none'] } }, '-2');
    await scene.untilEntries(namespace, []);
    expect(keys(await scene.secret(namespace))).to.equal(`${A} ${B}`);
  });

  it('one broken, another rotated: the broken one keeps what it had there, new namespaces get what resolves', async () => {
    const { scene, namespace } = await two(
      'frozen',
      { [A]: login('a', 'old'), [SHARED]: login('a', 'shared') },
      { [B]: login('b', 'old'), [SHARED]: login('b', 'never') },
    );
    await untilKeys(scene, namespace, `${A} ${B} ${SHARED}`);
    await world().api.delete(SECRETS, { namespace: OPERATOR_NAME, name: `${scene.name}-1` });
    await scene.untilReason('CredentialsResolved', 'SecretNotFound', '-1');
    await scene.rotate(dockerConfigJson({ [B]: login('b', 'new'), [SHARED]: login('b', 'never') }), '-2');
    const copy = await scene.untilSecret(namespace, 'rotated', (found) => passwordOf(found, B) === 'new');
    expect(authsOf(copy)).to.deep.equal({
      [A]: login('a', 'old'),
      [B]: login('b', 'new'),
      [SHARED]: login('a', 'shared'),
    });
    expect(record(copy)).to.deep.equal({ [`${scene.name}-1`]: [A, SHARED], [`${scene.name}-2`]: [B] });

    const late = await scene.namespace('y');
    await scene.untilEntries(late, [COPY]);
    expect(authsOf(await scene.secret(late))).to.deep.equal({ [B]: login('b', 'new'), [SHARED]: login('b', 'never') });

    await scene.source(dockerConfigJson({ [A]: login('a', 'mended'), [SHARED]: login('a', 'mended') }), '-1');
    for (const each of [namespace, late]) {
      const mended = await scene.untilSecret(each, 'mended', (found) => passwordOf(found, SHARED) === 'mended');
      expect(keys(mended)).to.equal(`${A} ${B} ${SHARED}`);
    }
  });

  it('one with two sources, one of them broken, is frozen as a whole', async () => {
    const scene = world().scene('whole');
    const namespace = await scene.namespace('x');
    await scene.source(dockerConfigJson({ [A]: login('a', 'old') }), '-1');
    await scene.source(dockerConfigJson({ [B]: login('b', 'old') }), '-2');
    await scene.policy({
      credentials: [{ secretRef: { name: `${scene.name}-1` } }, { secretRef: { name: `${scene.name}-2` } }],
    });
    await untilKeys(scene, namespace, `${A} ${B}`);
    await scene.source(dockerConfigJson({ [SHARED]: login('c', 'old') }), '-3');
    await scene.policy({ credentials: [{ secretRef: { name: `${scene.name}-3` } }] }, '-witness');
    await scene.rotate(dockerConfigJson({}), '-1');
    await scene.untilReason('CredentialsResolved', 'SecretInvalid');
    await scene.rotate(dockerConfigJson({ [B]: login('b', 'new') }), '-2');
    await scene.rotate(dockerConfigJson({ [SHARED]: login('c', 'new') }), '-3');
    const frozen = await scene.untilSecret(namespace, 'rotated', (found) => passwordOf(found, SHARED) === 'new');
    expect(passwordOf(frozen, A)).to.equal('old');
    expect(passwordOf(frozen, B)).to.equal('old');
    await scene.rotate(dockerConfigJson({ [A]: login('a', 'new') }), '-1');
    const copy = await scene.untilSecret(namespace, 'mended', (found) => passwordOf(found, A) === 'new');
    expect(passwordOf(copy, B)).to.equal('new');
  });

  it('one switched to Observe keeps what it had contributed, carried along when another causes a write', async () => {
    const { scene, namespace } = await two('observe', { [A]: login('a', 'old') }, { [B]: login('b', 'old') });
    await untilKeys(scene, namespace, `${A} ${B}`);
    await scene.patchPolicy({ mode: 'Observe' }, '-1');
    await scene.untilReason('Ready', 'Observing', '-1');
    await scene.rotate(dockerConfigJson({ [A]: login('a', 'new') }), '-1');
    await scene.rotate(dockerConfigJson({ [B]: login('b', 'new') }), '-2');
    const copy = await scene.untilSecret(namespace, 'rotated', (found) => passwordOf(found, B) === 'new');
    expect(authsOf(copy)).to.deep.equal({ [A]: login('a', 'old'), [B]: login('b', 'new') });
  });

  it('twenty of them cost one Secret and one entry, and all are in sync', async () => {
    const scene = world().scene('twenty');
    const namespace = await scene.namespace('x');
    const suffixes = Array.from({ length: 20 }, (_, at) => `-${at.toString().padStart(2, '0')}`);
    for (const suffix of suffixes) {
      await scene.source(dockerConfigJson({ [`r${suffix}.example.com`]: login('u', suffix) }), suffix);
      await scene.policy({ credentials: [{ secretRef: { name: `${scene.name}${suffix}` } }] }, suffix);
    }
    for (const suffix of suffixes) await scene.untilSynced(1, suffix);
    const copy = await scene.secret(namespace);
    expect(Object.keys(authsOf(copy))).to.deep.equal(suffixes.map((suffix) => `r${suffix}.example.com`));
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
    for (const suffix of suffixes) await world().api.delete(POLICIES, { name: `${scene.name}${suffix}` });
    await scene.untilNoSecret(namespace);
    expect(await scene.entries(namespace)).to.deep.equal([]);
  });
});
