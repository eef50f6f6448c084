import { expect } from 'chai';
import { SECRETS } from '../../src/kube/resources.ts';
import { CONTRIBUTORS_ANNOTATION, MANAGED_BY_LABEL, MANAGED_BY_VALUE, OPERATOR_NAME } from '../../src/names.ts';
import { authsOf, COPY, dockerConfigJson, login, opaque, passwordOf, secretObject } from './objects.ts';
import { useWorld } from './world.ts';

const REGISTRY = 'registry.example.com';
const foreign = dockerConfigJson({ 'theirs.example.com': login('them', 'theirs') });
const label = { labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE } };
const contributors = (policy: string): object => ({
  annotations: { [CONTRIBUTORS_ANNOTATION]: JSON.stringify({ [policy]: [REGISTRY] }) },
});

describe('a Secret of the name that is not ours', () => {
  const world = useWorld('own');

  const place = (namespace: string, content: object, metadata: object = {}) =>
    world().api.create(SECRETS, { namespace }, secretObject({ name: COPY, ...metadata }, content));
  const remove = (namespace: string, name = COPY) => world().api.delete(SECRETS, { namespace, name });

  const FOREIGN: readonly {
    readonly what: string;
    readonly content: object;
    readonly metadata?: (policy: string) => object;
  }[] = [
    { what: 'a docker config', content: foreign },
    { what: 'an Opaque Secret', content: opaque({ key: 'dmFsdWU=' }) },
    { what: 'a docker config without a single entry', content: dockerConfigJson({}) },
    { what: 'an immutable docker config', content: { ...foreign, immutable: true } },
    { what: 'one with our label alone', content: foreign, metadata: () => label },
    { what: 'one with our annotation alone', content: foreign, metadata: contributors },
    {
      what: 'one with our label and an annotation that is no record',
      content: foreign,
      metadata: () => ({ ...label, annotations: { [CONTRIBUTORS_ANNOTATION]: 'yes' } }),
    },
  ];
  FOREIGN.forEach(({ what, content, metadata }, at) => {
    it(`is left alone, reported, and followed when it goes: ${what}`, async () => {
      const scene = world().scene(`foreign-${at}`);
      const [taken, free] = [await scene.namespace('a'), await scene.namespace('b')];
      const before = await place(taken, content, metadata?.(scene.name));
      await scene.source();
      await scene.policy();

      const { status } = await scene.untilReason('Ready', 'NamespacesFailing');
      expect(status?.failures).to.deep.equal([
        {
          namespace: taken,
          reason: 'Conflict',
          message: `Secret ${COPY} exists and is not managed by this operator`,
        },
      ]);
      expect(status?.failureSummary).to.deep.equal({ total: 1, byReason: { Conflict: 1 } });
      expect(status?.namespaces).to.deep.equal({ matched: 2, synced: 1, failed: 1, summary: '1/2' });
      expect(await scene.secret(taken)).to.deep.equal(before);
      expect(await scene.entries(taken)).to.deep.equal([]);
      expect(await scene.entries(free)).to.deep.equal([COPY]);

      await remove(taken);
      await scene.untilEntries(taken, [COPY]);
      expect(authsOf(await scene.secret(taken))).to.have.property(REGISTRY);
      await scene.untilSynced(2);
    });
  });

  it('is told of by an Event', async () => {
    const scene = world().scene('event');
    const namespace = await scene.namespace('a');
    await place(namespace, foreign);
    await scene.source();
    await scene.policy();
    const event = await scene.untilEvent('NamespacesFailing');
    expect(event.type).to.equal('Warning');
    expect(event.message).to.contain(`${namespace}: Conflict`);
  });

  it('is what our copy becomes when somebody strips the label, the annotation or both', async () => {
    const scene = world().scene('stripped');
    const [a, b, c] = [await scene.namespace('a'), await scene.namespace('b'), await scene.namespace('c')];
    await scene.source();
    await scene.policy();
    await scene.untilSynced(3);
    const strip = (namespace: string, metadata: object) =>
      world().api.patch(SECRETS, { namespace, name: COPY }, { metadata }, 'merge');
    const stripped = [
      await strip(a, { labels: { [MANAGED_BY_LABEL]: null } }),
      await strip(b, { annotations: { [CONTRIBUTORS_ANNOTATION]: null } }),
      await strip(c, { labels: { [MANAGED_BY_LABEL]: null }, annotations: { [CONTRIBUTORS_ANNOTATION]: null } }),
    ];
    await scene.untilPolicy('has three conflicts', ({ status }) => status?.failureSummary?.byReason['Conflict'] === 3);
    expect(await Promise.all([a, b, c].map((namespace) => scene.secret(namespace)))).to.deep.equal(stripped);
    for (const namespace of [a, b, c]) await remove(namespace);
    await scene.untilSynced(3);
    for (const namespace of [a, b, c]) expect(await scene.entries(namespace)).to.deep.equal([COPY]);
  });

  it('is left behind and counted where the policies that its marker names do not exist', async () => {
    const scene = world().scene('orphan');
    const [here, elsewhere] = [await scene.namespace('a'), await scene.namespace('b')];
    await scene.source();
    await scene.policy({ namespaces: { include: [here] } });
    await scene.untilSynced(1);
    const orphans = async (): Promise<number> =>
      (await world().operator.metric('registry_credentials_orphaned_secrets')) ?? Number.NaN;
    const count = await orphans();
    const before = await place(elsewhere, foreign, { ...label, ...contributors('own-orphan-gone') });
    await scene.until('one orphan more', async () => ((await orphans()) === count + 1 ? true : undefined));
    expect(await scene.secret(elsewhere)).to.deep.equal(before);
    expect((await scene.found())?.status?.failures).to.deep.equal([]);
    await remove(elsewhere);
    await scene.until('one orphan less', async () => ((await orphans()) === count ? true : undefined));
  });
});

describe('conflictPolicy: Adopt', () => {
  const world = useWorld('adopt');

  const place = (namespace: string, content: object, metadata: object = {}) =>
    world().api.create(SECRETS, { namespace }, secretObject({ name: COPY, ...metadata }, content));

  it('takes over a mutable docker config, and an Event names the registries that it lost', async () => {
    const scene = world().scene('takes');
    const namespace = await scene.namespace('a');
    const before = await place(
      namespace,
      dockerConfigJson({ 'theirs.example.com': login('them', 'theirs'), [REGISTRY]: login('them', 'old') }),
      { labels: { theirs: 'yes' } },
    );
    await scene.source();
    await scene.policy({ conflictPolicy: 'Adopt' });
    await scene.untilSynced(1);
    const copy = await scene.secret(namespace);
    expect(authsOf(copy)).to.deep.equal({ [REGISTRY]: login('user', 'first') });
    expect(copy?.metadata.uid).to.equal(before.metadata.uid);
    expect(copy?.metadata.labels).to.deep.equal({ theirs: 'yes', [MANAGED_BY_LABEL]: MANAGED_BY_VALUE });
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
    const event = await scene.untilEvent('Adopted');
    expect(event.message).to.contain(`${namespace}/${COPY}`).and.to.contain('theirs.example.com');
    expect(event.message).to.not.contain(REGISTRY);
  });

  const REFUSED = [
    { what: 'an Opaque Secret', content: opaque({ key: 'dmFsdWU=' }), why: 'it has type Opaque' },
    { what: 'an immutable docker config', content: { ...foreign, immutable: true }, why: 'it is immutable' },
  ];
  REFUSED.forEach(({ what, content, why }, at) => {
    it(`refuses ${what}`, async () => {
      const scene = world().scene(`refuses-${at}`);
      const namespace = await scene.namespace('a');
      const before = await place(namespace, content);
      await scene.source();
      await scene.policy({ conflictPolicy: 'Adopt' });
      const { status } = await scene.untilReason('Ready', 'NamespacesFailing');
      expect(status?.failures?.[0]).to.include({ namespace, reason: 'Conflict' });
      expect(status?.failures?.[0]?.message).to.contain(why);
      expect(await scene.secret(namespace)).to.deep.equal(before);
    });
  });

  it('needs every contributor to say so', async () => {
    const scene = world().scene('all');
    const namespace = await scene.namespace('a');
    const before = await place(namespace, foreign);
    await scene.source();
    await scene.policy({ conflictPolicy: 'Fail' }, '-careful');
    await scene.untilReason('Ready', 'NamespacesFailing', '-careful');
    await scene.policy({ conflictPolicy: 'Adopt' }, '-bold');
    await scene.untilReason('Ready', 'NamespacesFailing', '-bold');
    expect(await scene.secret(namespace)).to.deep.equal(before);
    await scene.patchPolicy({ conflictPolicy: 'Adopt' }, '-careful');
    await scene.untilSynced(1, '-careful');
    expect(authsOf(await scene.secret(namespace))).to.deep.equal({ [REGISTRY]: login('user', 'first') });
  });
});

describe('a source is never a target', () => {
  const world = useWorld('out');
  const clear = async (): Promise<void> => {
    const items = (await world().api.list(SECRETS, { namespace: OPERATOR_NAME })).items;
    if (items.some(({ metadata }) => metadata.name === COPY))
      await world().api.delete(SECRETS, { namespace: OPERATOR_NAME, name: COPY });
  };
  afterEach(clear);

  it('its namespace is out for that name, neither matched nor failed, whatever conflictPolicy says', async () => {
    const scene = world().scene('source');
    const namespace = await scene.namespace('a');
    const source = await world().api.create(
      SECRETS,
      { namespace: OPERATOR_NAME },
      secretObject({ name: COPY }, dockerConfigJson({ [REGISTRY]: login('user', 'first') })),
    );
    await scene.policy({
      credentials: [{ secretRef: { name: COPY } }],
      namespaces: { include: [namespace, OPERATOR_NAME] },
      conflictPolicy: 'Adopt',
    });
    const { status } = await scene.untilSynced(1);
    expect(status?.failures).to.deep.equal([]);
    expect(await scene.secret(OPERATOR_NAME)).to.deep.equal(source);
    expect(await scene.entries(OPERATOR_NAME)).to.deep.equal([]);
    await scene.end();
    expect(await scene.secret(OPERATOR_NAME)).to.deep.equal(source);
  });

  it('a copy is no source: SecretInvalid, and the copy is still kept up to date', async () => {
    const scene = world().scene('copy');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy({ namespaces: { include: [OPERATOR_NAME] } });
    await scene.untilSynced(1);
    await scene.policy({ credentials: [{ secretRef: { name: COPY } }], namespaces: { include: [namespace] } }, '-loop');
    const { status } = await scene.untilReason('CredentialsResolved', 'SecretInvalid', '-loop');
    expect(status?.namespaces?.synced).to.equal(0);
    expect(await scene.secret(namespace)).to.equal(undefined);
    await scene.rotate(dockerConfigJson({ [REGISTRY]: login('user', 'second') }));
    await scene.untilSecret(OPERATOR_NAME, 'rotated', (copy) => passwordOf(copy, REGISTRY) === 'second');
    await scene.end();
    await scene.untilNoSecret(OPERATOR_NAME);
  });
});
