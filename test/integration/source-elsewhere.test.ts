import { expect } from 'chai';
import { SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { CONTRIBUTORS_ANNOTATION, MANAGED_BY_LABEL, PULL_SECRETS_ANNOTATION } from '../../src/names.ts';
import { COPY, dockerConfigJson, login, secretObject } from './objects.ts';
import { useWorld } from './world.ts';

describe('a source in a namespace that is no source namespace', () => {
  const world = useWorld('elsewhere');

  it('is no target either: nobody adopts it, and its namespace is out for as long as a policy names it', async () => {
    const scene = world().scene('named');
    const namespace = await scene.namespace('a');
    const theirs = await world().api.create(
      SECRETS,
      { namespace },
      secretObject({ name: COPY }, dockerConfigJson({ 'theirs.example.com': login('them', 'theirs') })),
    );
    await scene.source();
    await scene.policy(
      { credentials: [{ secretRef: { name: COPY, namespace } }], namespaces: { include: ['none-at-all'] } },
      '-names-it',
    );
    await scene.untilReason('CredentialsResolved', 'NamespaceNotAllowed', '-names-it');
    await scene.policy({ conflictPolicy: 'Adopt' });

    await scene.untilSynced(0);
    expect(await scene.secret(namespace)).to.deep.equal(theirs);
    await scene.end('-names-it');
    await scene.untilSynced(1);
  });

  it('does not hold up the end of a policy that had a copy there before', async () => {
    const scene = world().scene('before');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy();
    await scene.untilSynced(1);
    await world().api.patch(
      SECRETS,
      { namespace, name: COPY },
      { metadata: { labels: { [MANAGED_BY_LABEL]: null }, annotations: { [CONTRIBUTORS_ANNOTATION]: null } } },
      'merge',
    );
    await scene.untilReason('Ready', 'NamespacesFailing');
    const theirs = await scene.secret(namespace);
    await scene.policy(
      { credentials: [{ secretRef: { name: COPY, namespace } }], namespaces: { include: ['none-at-all'] } },
      '-names-it',
    );
    await scene.untilReason('CredentialsResolved', 'NamespaceNotAllowed', '-names-it');
    await scene.end();
    expect(await scene.secret(namespace)).to.deep.equal(theirs);
    await scene.untilEntries(namespace, []);
  });
});

describe('the record on a ServiceAccount, written in another way', () => {
  const world = useWorld('spaced');

  it('does not keep a lost entry from coming back', async () => {
    const scene = world().scene('spaced');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy();
    await scene.untilEntries(namespace, [COPY]);
    await world().api.patch(
      SERVICE_ACCOUNTS,
      { namespace, name: 'default' },
      { metadata: { annotations: { [PULL_SECRETS_ANNOTATION]: `[ "${COPY}" ]` } }, imagePullSecrets: null },
      'merge',
    );
    await scene.untilEntries(namespace, [COPY]);
  });
});
