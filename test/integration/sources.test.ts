import { expect } from 'chai';
import { NAMESPACES, SECRETS } from '../../src/kube/resources.ts';
import { OPERATOR_NAME } from '../../src/names.ts';
import { authsOf, COPY, dockerConfigJson, login, ROLE_BINDINGS, ROLES } from './objects.ts';
import { conditionOf } from './scene.ts';
import { useWorld } from './world.ts';

const LISTED = 'sources-listed';
const UNLISTED = 'sources-unlisted';
const REGISTRY = 'registry.example.com';

describe('where sources may lie', () => {
  const world = useWorld('sources', { args: ['--source-namespaces', LISTED] });
  const at = (namespace: string, name: string) => ({ credentials: [{ secretRef: { name, namespace } }] });

  before(async () => {
    for (const name of [LISTED, UNLISTED]) await world().api.create(NAMESPACES, {}, { metadata: { name } });
  });

  const allow = async (namespace: string): Promise<void> => {
    const metadata = { name: 'sources' };
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }];
    await world().api.create(ROLES, { namespace }, { metadata, rules });
    await world().api.create(
      ROLE_BINDINGS,
      { namespace },
      {
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'sources' },
        subjects: [{ kind: 'ServiceAccount', name: OPERATOR_NAME, namespace: OPERATOR_NAME }],
      },
    );
  };

  it('not in any other namespace: a policy is no way to read any Secret', async () => {
    const scene = world().scene('elsewhere');
    const namespace = await scene.namespace('a');
    await world().api.create(
      SECRETS,
      { namespace: UNLISTED },
      { metadata: { name: scene.name }, ...dockerConfigJson({ [REGISTRY]: login('user', 'first') }) },
    );
    await scene.policy(at(UNLISTED, scene.name));
    const policy = await scene.untilReason('CredentialsResolved', 'NamespaceNotAllowed');
    expect(conditionOf(policy, 'CredentialsResolved')?.message).to.contain('--source-namespaces');
    expect(await scene.secret(namespace)).to.equal(undefined);
  });

  it('in one of --source-namespaces: Forbidden without a Role there, and it heals without a restart', async () => {
    const scene = world().scene('listed');
    const namespace = await scene.namespace('a');
    await world().api.create(
      SECRETS,
      { namespace: LISTED },
      { metadata: { name: scene.name }, ...dockerConfigJson({ [REGISTRY]: login('user', 'first') }) },
    );
    await scene.policy(at(LISTED, scene.name));
    const policy = await scene.untilReason('CredentialsResolved', 'Forbidden');
    expect(conditionOf(policy, 'CredentialsResolved')?.message).to.contain(`a Role in namespace ${LISTED}`);
    expect(conditionOf(policy, 'Stalled')?.status).to.equal('True');

    await scene.source();
    await scene.policy({}, '-own');
    await scene.untilSynced(1, '-own');

    await allow(LISTED);
    await scene.until(
      'healed',
      async () => (conditionOf(await scene.found(), 'Ready')?.status === 'True' ? true : undefined),
      90_000,
    );
    expect(authsOf(await scene.secret(namespace))).to.deep.equal({ [REGISTRY]: login('user', 'first') });
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
  }).timeout(120_000);
});
