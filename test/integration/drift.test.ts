import { expect } from 'chai';
import { SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { CONTRIBUTORS_ANNOTATION, MANAGED_BY_LABEL, MANAGED_BY_VALUE } from '../../src/names.ts';
import { base64, COPY, dockerConfigJson, login, passwordOf, secretObject } from './objects.ts';
import type { Scene } from './scene.ts';
import { useWorld } from './world.ts';

const REGISTRY = 'registry.example.com';

describe('drift is repaired', () => {
  const world = useWorld('drift');

  async function inOrder(name: string, spec: object = {}): Promise<{ scene: Scene; namespace: string }> {
    const scene = world().scene(name);
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy(spec);
    await scene.untilSynced(1);
    return { scene, namespace };
  }
  const patch = (namespace: string, change: object) =>
    world().api.patch(SECRETS, { namespace, name: COPY }, change, 'merge');

  const EDITS: readonly { readonly what: string; readonly change: object }[] = [
    {
      what: 'other content',
      change: dockerConfigJson({ 'evil.example.com': login('x', 'x') }),
    },
    { what: 'content that is empty', change: { data: { '.dockerconfigjson': base64('{}') } } },
    { what: 'a key beside ours', change: { data: { other: base64('x') } } },
    { what: 'a label of spec.secret changed', change: { metadata: { labels: { team: 'b' } } } },
    { what: 'a label of spec.secret removed', change: { metadata: { labels: { team: null } } } },
    {
      what: 'the record naming a policy that does not exist',
      change: { metadata: { annotations: { [CONTRIBUTORS_ANNOTATION]: '{"nobody":["x"]}' } } },
    },
  ];
  EDITS.forEach(({ what, change }, at) => {
    it(`in a copy: ${what}`, async () => {
      const { scene, namespace } = await inOrder(`edit-${at}`, { secret: { labels: { team: 'a' } } });
      const before = await scene.secret(namespace);
      const edited = await patch(namespace, change);
      expect(edited).to.not.deep.equal(before);
      const after = await scene.untilSecret(
        namespace,
        'repaired',
        (copy) => copy.metadata.resourceVersion !== edited.metadata.resourceVersion,
      );
      expect(after.data).to.deep.equal(before?.data);
      expect(after.metadata.labels).to.deep.equal(before?.metadata.labels);
      expect(after.metadata.annotations).to.deep.equal(before?.metadata.annotations);
      expect(after.metadata.uid).to.equal(before?.metadata.uid);
    });
  });

  it('when a copy is deleted', async () => {
    const { scene, namespace } = await inOrder('deleted');
    const before = await scene.secret(namespace);
    await world().api.delete(SECRETS, { namespace, name: COPY });
    const after = await scene.untilSecret(namespace, 'again', () => true);
    expect(after.data).to.deep.equal(before?.data);
    expect(after.metadata.uid).to.not.equal(before?.metadata.uid);
  });

  it('when our entry is removed from a ServiceAccount, and what others added stays', async () => {
    const { scene, namespace } = await inOrder('entry');
    const ref = { namespace, name: 'default' };
    await world().api.patch(SERVICE_ACCOUNTS, ref, { imagePullSecrets: [{ name: 'theirs' }] }, 'merge');
    await scene.untilEntries(namespace, ['theirs', COPY]);
  });

  it('but labels and annotations that others put on a copy stay', async () => {
    const { scene, namespace } = await inOrder('theirs');
    await patch(namespace, { metadata: { labels: { theirs: 'yes' }, annotations: { 'example.com/theirs': 'yes' } } });
    await scene.rotate(dockerConfigJson({ [REGISTRY]: login('user', 'second') }));
    const copy = await scene.untilSecret(namespace, 'rotated', (found) => passwordOf(found, REGISTRY) === 'second');
    expect(copy.metadata.labels).to.include({ theirs: 'yes' });
    expect(copy.metadata.annotations).to.include({ 'example.com/theirs': 'yes' });
  });

  it('a copy that somebody made immutable is replaced only when its content must change', async () => {
    const { scene, namespace } = await inOrder('immutable');
    const locked = await patch(namespace, { immutable: true });
    await scene.patchPolicy({ secret: { labels: { team: 'a' } } });
    const labelled = await scene.untilSecret(
      namespace,
      'labelled',
      ({ metadata }) => metadata.labels?.['team'] === 'a',
    );
    expect(labelled.metadata.uid).to.equal(locked.metadata.uid);
    expect(labelled.immutable).to.equal(true);

    await scene.rotate(dockerConfigJson({ [REGISTRY]: login('user', 'second') }));
    const copy = await scene.untilSecret(namespace, 'rotated', (found) => passwordOf(found, REGISTRY) === 'second');
    expect(copy.metadata.uid).to.not.equal(locked.metadata.uid);
    expect(copy.immutable).to.equal(undefined);
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
  });

  it('a copy of ours that somebody made anew with another type is replaced', async () => {
    const { scene, namespace } = await inOrder('type');
    const metadata = {
      name: COPY,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE },
      annotations: { [CONTRIBUTORS_ANNOTATION]: JSON.stringify({ [scene.name]: [REGISTRY] }) },
    };
    await world().operator.stop();
    await world().api.delete(SECRETS, { namespace, name: COPY });
    await world().api.create(SECRETS, { namespace }, secretObject(metadata, { type: 'Opaque' }));
    await world().start();
    await scene.untilSecret(namespace, 'of the right type', ({ type }) => type === 'kubernetes.io/dockerconfigjson');
    await scene.untilSynced(1);
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
  });
});
