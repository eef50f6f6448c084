import { expect } from 'chai';
import type { Secret } from '../../src/api/objects.ts';
import { isApiError } from '../../src/kube/errors.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { CONTRIBUTORS_ANNOTATION, MANAGED_BY_LABEL, MANAGED_BY_VALUE, OPERATOR_NAME } from '../../src/names.ts';
import { COPY, dockerConfigJson, login, passwordOf } from './objects.ts';
import { conditionOf, type Scene } from './scene.ts';
import { useWorld } from './world.ts';

const REGISTRY = 'registry.example.com';
const having = (password: string) => dockerConfigJson({ [REGISTRY]: login('user', password) });
const has =
  (password: string) =>
  (copy: Secret): boolean =>
    passwordOf(copy, REGISTRY) === password;

describe('rotation', () => {
  const world = useWorld('rotate');

  /** Every version of the copies in some namespaces, from now until `during` has ended. */
  async function history(namespaces: readonly string[], during: () => Promise<void>): Promise<string[]> {
    const over = new AbortController();
    const fieldSelector = `metadata.name=${COPY}`;
    const { metadata } = await world().api.list(SECRETS, { fieldSelector });
    const seen: string[] = [];
    const watching = (async () => {
      const query = { fieldSelector, resourceVersion: metadata.resourceVersion ?? '', timeoutSeconds: 60 };
      for await (const { type, object } of world().api.watch(SECRETS, query, over.signal))
        if (namespaces.includes(object.metadata.namespace ?? '')) seen.push(`${type} ${object.metadata.namespace}`);
    })().catch((error: unknown) => {
      if (!isApiError(error, 'aborted')) throw error;
    });
    await during();
    over.abort();
    await watching;
    return seen;
  }

  async function inOrder(name: string, namespaces: readonly string[]): Promise<{ scene: Scene; names: string[] }> {
    const scene = world().scene(name);
    const names = await Promise.all(namespaces.map((suffix) => scene.namespace(suffix)));
    await scene.source(having('first'));
    await scene.policy();
    await scene.untilSynced(names.length);
    return { scene, names };
  }

  it('reaches every copy in place, once, and none is ever absent', async () => {
    const { scene, names } = await inOrder('everywhere', ['a', 'b', 'c', 'd', 'e']);
    const before = await Promise.all(names.map((namespace) => scene.secret(namespace)));
    const seen = await history(names, async () => {
      await scene.rotate(having('second'));
      await Promise.all(names.map((namespace) => scene.untilSecret(namespace, 'rotated', has('second'))));
      await scene.untilSynced(names.length);
    });
    expect(seen.sort()).to.deep.equal(names.map((namespace) => `MODIFIED ${namespace}`).sort());
    const after = await Promise.all(names.map((namespace) => scene.secret(namespace)));
    expect(after.map((copy) => copy?.metadata.uid)).to.deep.equal(before.map((copy) => copy?.metadata.uid));
  });

  it('leaves the newest of many rotations in quick succession', async () => {
    const { scene, names } = await inOrder('quick', ['a', 'b']);
    for (let round = 0; round < 20; round++) await scene.rotate(having(`round-${round}`));
    await Promise.all(names.map((namespace) => scene.untilSecret(namespace, 'of the last round', has('round-19'))));
    await scene.untilSynced(2);
    for (const namespace of names) expect(passwordOf(await scene.secret(namespace), REGISTRY)).to.equal('round-19');
  });

  const credentials = async (scene: Scene): Promise<readonly object[] | undefined> =>
    (await scene.found())?.status?.credentials?.map(({ registry, source, rotatedAt }) => ({
      registry,
      source,
      rotatedAt,
    }));
  const rotations = async (): Promise<number> =>
    (await world().operator.metric('registry_credentials_rotation_seconds_count')) ?? 0;

  it('is shown in the status, in an Event and in the metrics', async () => {
    const { scene, names } = await inOrder('shown', ['a']);
    expect(await credentials(scene)).to.deep.equal([
      { registry: REGISTRY, source: `${OPERATOR_NAME}/${scene.name}`, rotatedAt: undefined },
    ]);
    const measured = await rotations();

    await scene.rotate(having('second'));
    const { status } = await scene.untilPolicy('rotated', (policy) => policy.status?.lastRotation !== undefined);
    const source = await scene.secret(OPERATOR_NAME, scene.name);
    expect(status?.credentials?.[0]?.rotatedAt).to.equal(status?.lastRotation);
    expect(status?.credentials?.[0]?.sourceResourceVersion).to.equal(source?.metadata.resourceVersion);
    const event = await scene.untilEvent('Rotated');
    expect(event.type).to.equal('Normal');
    expect(event.message).to.contain(REGISTRY);
    await scene.untilSecret(names[0] ?? '', 'rotated', has('second'));
    await scene.until('the rotation measured', async () => ((await rotations()) > measured ? true : undefined));
  });

  it('is not what happens when a source is touched without a change of its credentials', async () => {
    const { scene, names } = await inOrder('touched', ['a']);
    const before = await scene.secret(names[0] ?? '');
    await world().api.patch(
      SECRETS,
      { namespace: OPERATOR_NAME, name: scene.name },
      { metadata: { labels: { touched: 'yes' } } },
      'merge',
    );
    const source = await scene.secret(OPERATOR_NAME, scene.name);
    const { status } = await scene.untilPolicy(
      'has seen the touch',
      (policy) => policy.status?.credentials?.[0]?.sourceResourceVersion === source?.metadata.resourceVersion,
    );
    expect(status).to.not.have.property('lastRotation');
    expect((await scene.secret(names[0] ?? ''))?.metadata.resourceVersion).to.equal(before?.metadata.resourceVersion);
  });
});

describe('a source that is missing or broken', () => {
  const world = useWorld('broken');

  const entry = (fields: object): object => dockerConfigJson({ [REGISTRY]: fields });
  const filler = 'x'.repeat(600_000);
  const BROKEN: readonly {
    readonly what: string;
    readonly content: object | undefined;
    readonly reason: string;
    readonly sentence: string;
  }[] = [
    { what: 'absent', content: undefined, reason: 'SecretNotFound', sentence: 'does not exist' },
    {
      what: 'of another type',
      content: { type: 'Opaque', data: having('second').data },
      reason: 'SecretTypeUnsupported',
      sentence: 'it has type Opaque',
    },
    {
      what: 'a docker config without auths',
      content: { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'e30=' } },
      reason: 'SecretInvalid',
      sentence: 'no entries under auths',
    },
    {
      what: 'a docker config with empty auths',
      content: dockerConfigJson({}),
      reason: 'SecretInvalid',
      sentence: 'no entries under auths',
    },
    {
      what: 'a docker config whose auths is a list',
      content: dockerConfigJson([]),
      reason: 'SecretInvalid',
      sentence: 'no entries under auths',
    },
    {
      what: 'an entry with neither auth nor user name',
      content: entry({ email: 'a@example.com' }),
      reason: 'SecretInvalid',
      sentence: `its entry for ${REGISTRY} has neither auth nor username`,
    },
    {
      what: 'an entry with a user name and no password',
      content: entry({ username: 'user' }),
      reason: 'SecretInvalid',
      sentence: 'has a username but no password',
    },
    {
      what: 'an entry whose auth is no base64',
      content: entry({ auth: '%%%' }),
      reason: 'SecretInvalid',
      sentence: 'not base64 of user:password',
    },
    {
      what: 'basic-auth in a policy that names no registry',
      content: { type: 'kubernetes.io/basic-auth', data: { username: 'dQ==', password: 'cA==' } },
      reason: 'SecretInvalid',
      sentence: 'needs spec.credentials[].registry',
    },
    {
      what: 'a copy of our own',
      content: {
        metadata: {
          labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE },
          annotations: { [CONTRIBUTORS_ANNOTATION]: '{"somebody":["registry.example.com"]}' },
        },
        ...having('second'),
      },
      reason: 'SecretInvalid',
      sentence: 'is a copy that this operator made',
    },
    {
      what: 'over 1 MiB together with another source',
      content: entry({ ...login('user', 'second'), filler }),
      reason: 'SecretInvalid',
      sentence: 'a Secret holds 1048576',
    },
  ];

  BROKEN.forEach(({ what, content, reason, sentence }, at) => {
    it(`keeps the copies and heals when it is mended: ${what} is ${reason}`, async () => {
      const scene = world().scene(String(at));
      const namespace = await scene.namespace('a');
      await scene.source(having('first'));
      await scene.source(dockerConfigJson({ 'big.example.com': { ...login('b', 'b'), filler } }), '-big');
      await scene.policy({
        credentials: [{ secretRef: { name: scene.name } }, { secretRef: { name: `${scene.name}-big` } }],
      });
      const { status } = await scene.untilSynced(1);
      const copy = await scene.secret(namespace);

      await replaceSource(scene, content);
      // Counted again with the broken source: the namespace has been worked on since.
      const broken = await scene.untilPolicy(
        `${reason}, and counted`,
        (policy) =>
          conditionOf(policy, 'CredentialsResolved')?.reason === reason && policy.status?.namespaces?.summary === '1/1',
      );
      expect(messageOf(broken.status?.conditions, 'CredentialsResolved')).to.contain(sentence);
      expect((await scene.condition('Ready'))?.reason).to.equal('CredentialsNotResolved');
      expect((await scene.condition('Stalled'))?.status).to.equal('True');
      expect(await scene.secret(namespace)).to.deep.equal(copy);
      expect(await scene.entries(namespace)).to.deep.equal([COPY]);
      expect(broken.status?.credentials).to.deep.equal(status?.credentials);

      await replaceSource(scene, having('mended'));
      await scene.untilSecret(namespace, 'mended', has('mended'));
      await scene.untilSynced(1);
      expect((await scene.condition('CredentialsResolved'))?.status).to.equal('True');
      expect((await scene.secret(namespace))?.metadata.uid).to.equal(copy?.metadata.uid);
    });
  });

  it('is told of by an Event, and so is its recovery', async () => {
    const scene = world().scene('event');
    await scene.namespace('a');
    await scene.policy();
    expect((await scene.untilEvent('SecretNotFound')).type).to.equal('Warning');
    await scene.source(having('first'));
    expect((await scene.untilEvent('Resolved')).type).to.equal('Normal');
  });

  const messageOf = (
    conditions: readonly { readonly type: string; readonly message: string }[] | undefined,
    type: string,
  ): string | undefined => conditions?.find((condition) => condition.type === type)?.message;

  /** The type of a Secret cannot be changed, so the source is made anew. */
  async function replaceSource(scene: Scene, content: object | undefined): Promise<void> {
    if ((await scene.secret(OPERATOR_NAME, scene.name)) !== undefined)
      await world().api.delete(SECRETS, { namespace: OPERATOR_NAME, name: scene.name });
    if (content === undefined) return;
    const metadata = 'metadata' in content && typeof content.metadata === 'object' ? content.metadata : {};
    await world().api.create(
      SECRETS,
      { namespace: OPERATOR_NAME },
      { ...content, metadata: { ...metadata, name: scene.name } },
    );
  }
});
