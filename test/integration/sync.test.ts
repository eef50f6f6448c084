import { expect } from 'chai';
import { SECRETS } from '../../src/kube/resources.ts';
import { CONTRIBUTORS_ANNOTATION, MANAGED_BY_LABEL, MANAGED_BY_VALUE, OPERATOR_NAME } from '../../src/names.ts';
import {
  authsOf,
  base64,
  basicAuth,
  configText,
  COPY,
  dockerCfg,
  dockerConfigJson,
  login,
  passwordOf,
  secretObject,
} from './objects.ts';
import { useWorld } from './world.ts';

const HUB = 'https://index.docker.io/v1/';

describe('what a copy holds', () => {
  const world = useWorld('sync');

  const SOURCES = [
    {
      what: 'kubernetes.io/dockerconfigjson',
      content: dockerConfigJson({ 'registry.example.com': login('user', 'first') }),
      credential: {},
      auths: { 'registry.example.com': login('user', 'first') },
    },
    {
      what: 'kubernetes.io/dockercfg',
      content: dockerCfg({ 'registry.example.com': login('user', 'first') }),
      credential: {},
      auths: { 'registry.example.com': login('user', 'first') },
    },
    {
      what: 'kubernetes.io/basic-auth for a registry',
      content: basicAuth('user', 'first'),
      credential: { registry: 'registry.example.com' },
      auths: { 'registry.example.com': login('user', 'first') },
    },
    {
      what: 'kubernetes.io/basic-auth for Docker Hub',
      content: basicAuth('user', 'first'),
      credential: { registry: 'docker.io' },
      auths: { [HUB]: login('user', 'first') },
    },
    {
      what: 'one registry out of a docker config',
      content: dockerConfigJson({ 'a.example.com': login('a', 'a'), 'b.example.com': login('b', 'b') }),
      credential: { registry: 'b.example.com' },
      auths: { 'b.example.com': login('b', 'b') },
    },
  ];
  SOURCES.forEach(({ what, content, credential, auths }, at) => {
    it(`comes from a source of the kind ${what}`, async () => {
      const scene = world().scene(`type-${at}`);
      const namespace = await scene.namespace('a');
      await scene.source(content);
      await scene.policy({ credentials: [{ secretRef: { name: scene.name }, ...credential }] });
      const copy = await scene.untilSecret(namespace, 'made');
      expect(copy.type).to.equal('kubernetes.io/dockerconfigjson');
      expect(authsOf(copy)).to.deep.equal(auths);
    });
  });

  it('merges all sources of the policy, to the byte: sorted keys, unknown fields kept, auth filled in', async () => {
    const scene = world().scene('merge');
    const namespace = await scene.namespace('a');
    await scene.source(
      dockerConfigJson({
        'z.example.com': { username: 'z', password: 'pz', identitytoken: 'it', nested: { b: 1, a: [2] } },
        'a.example.com': { email: 'a@example.com', auth: base64('a:pa') },
      }),
      '-one',
    );
    await scene.source(dockerCfg({ 'm.example.com': login('m', 'pm') }), '-two');
    await scene.source(basicAuth('hub', 'ph'), '-three');
    await scene.policy({
      credentials: [
        { secretRef: { name: `${scene.name}-one` } },
        { secretRef: { name: `${scene.name}-two`, namespace: OPERATOR_NAME } },
        { secretRef: { name: `${scene.name}-three` }, registry: 'docker.io' },
      ],
    });
    const copy = await scene.untilSecret(namespace, 'made');
    expect(configText(copy)).to.equal(
      '{"auths":{' +
        `"a.example.com":{"auth":"${base64('a:pa')}","email":"a@example.com"},` +
        `"${HUB}":{"auth":"${base64('hub:ph')}","password":"ph","username":"hub"},` +
        `"m.example.com":{"auth":"${base64('m:pm')}","password":"pm","username":"m"},` +
        `"z.example.com":{"auth":"${base64('z:pz')}","identitytoken":"it","nested":{"a":[2],"b":1},"password":"pz","username":"z"}` +
        '}}',
    );
    expect(Object.keys(copy.data ?? {})).to.deep.equal(['.dockerconfigjson']);
  });

  it('keeps the first of two entries for one registry within a policy, and says so', async () => {
    const scene = world().scene('twice');
    const namespace = await scene.namespace('a');
    await scene.source(dockerConfigJson({ 'index.docker.io': login('one', 'one') }), '-one');
    await scene.source(dockerConfigJson({ 'docker.io': login('two', 'two') }), '-two');
    await scene.policy({
      credentials: [{ secretRef: { name: `${scene.name}-one` } }, { secretRef: { name: `${scene.name}-two` } }],
    });
    const policy = await scene.untilReason('CredentialsResolved', 'DuplicateRegistry');
    expect(policy.status?.conditions?.find(({ type }) => type === 'CredentialsResolved')?.status).to.equal('True');
    const copy = await scene.untilSecret(namespace, 'made');
    expect(authsOf(copy)).to.deep.equal({ 'index.docker.io': login('one', 'one') });
  });

  it('copies nothing of the metadata of the source', async () => {
    const scene = world().scene('metadata');
    const namespace = await scene.namespace('a');
    const metadata = {
      name: scene.name,
      labels: { 'argocd.argoproj.io/instance': 'root' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"password":"leak"}', note: 'mine' },
    };
    await world().api.create(
      SECRETS,
      { namespace: OPERATOR_NAME },
      secretObject(metadata, dockerConfigJson({ 'registry.example.com': login('user', 'first') })),
    );
    await scene.policy();
    const copy = await scene.untilSecret(namespace, 'made');
    expect(copy.metadata.labels).to.deep.equal({ [MANAGED_BY_LABEL]: MANAGED_BY_VALUE });
    expect(copy.metadata.annotations).to.deep.equal({
      [CONTRIBUTORS_ANNOTATION]: JSON.stringify({ [scene.name]: ['registry.example.com'] }),
    });
    expect(copy.metadata.finalizers).to.equal(undefined);
  });

  it('carries the labels and annotations of spec.secret, and loses them when the policy does not ask any more', async () => {
    const scene = world().scene('labels');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy({ secret: { labels: { team: 'a', tier: 'one' }, annotations: { 'example.com/note': 'n' } } });
    const copy = await scene.untilSecret(namespace, 'made');
    expect(copy.metadata.labels).to.include({ team: 'a', tier: 'one' });
    expect(copy.metadata.annotations).to.include({ 'example.com/note': 'n' });

    await world().api.patch(SECRETS, { namespace, name: COPY }, { metadata: { labels: { theirs: 'yes' } } }, 'merge');
    await scene.patchPolicy({ secret: { labels: { team: 'b', tier: null }, annotations: null } });
    const changed = await scene.untilSecret(
      namespace,
      'with team b',
      ({ metadata }) => metadata.labels?.['team'] === 'b',
    );
    expect(changed.metadata.labels).to.deep.equal({
      [MANAGED_BY_LABEL]: MANAGED_BY_VALUE,
      team: 'b',
      theirs: 'yes',
    });
    expect(changed.metadata.annotations).to.not.have.property('example.com/note');
    expect(changed.metadata.uid).to.equal(copy.metadata.uid);
  });

  it('follows a change of the list of sources', async () => {
    const scene = world().scene('list');
    const namespace = await scene.namespace('a');
    await scene.source(dockerConfigJson({ 'a.example.com': login('a', 'a') }), '-one');
    await scene.source(dockerConfigJson({ 'b.example.com': login('b', 'b') }), '-two');
    const credential = (suffix: string): object => ({ secretRef: { name: `${scene.name}${suffix}` } });
    await scene.policy({ credentials: [credential('-one'), credential('-two')] });
    await scene.untilSecret(namespace, 'with both', (copy) => passwordOf(copy, 'b.example.com') === 'b');
    await scene.patchPolicy({ credentials: [credential('-one')] });
    await scene.untilSecret(namespace, 'with one', (copy) => Object.keys(authsOf(copy)).join() === 'a.example.com');
  });
});
