import { expect } from 'chai';
import { auditEvents, auditMark } from '../../test/cluster/audit.ts';
import { OPERATOR_NAME } from '../../src/names.ts';
import { EVICTIONS } from './pods.ts';
import { NEXT_TAG } from './install.ts';
import { useStory } from './world.ts';

const USER = `system:serviceaccount:${OPERATOR_NAME}:${OPERATOR_NAME}`;
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** What a cluster in order gets no write to. */
const CARED_FOR = new Set(['secrets', 'serviceaccounts', 'registrycredentialpolicies']);

describe('two replicas of the operator', () => {
  const story = useStory('j');

  it('hand over when the leader is evicted, and the work goes on', async () => {
    const { scene, step, world } = story();
    await scene.namespace('web');
    await story().account('ferry', 'tide-1');
    await story().policy();
    await scene.untilSynced(1);
    const leader = await world.operator.leader();
    await step('the leader is evicted', async () => {
      const { name } = leader.metadata;
      await world.api.create(
        EVICTIONS,
        { namespace: OPERATOR_NAME, name, subresource: 'eviction' },
        { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: OPERATOR_NAME } },
      );
    });
    await step('another one leads', () => world.operator.otherLeader(leader.metadata.name));
    await step('it works', async () => {
      await scene.namespace('later');
      await scene.untilSynced(2);
    });
    await story().untilAvailable(OPERATOR_NAME, OPERATOR_NAME, 2);
  });

  it('write nothing to a cluster in order when their Deployment gets another image', async () => {
    const { scene, step, world } = story();
    for (const suffix of ['one', 'two', 'three']) await scene.namespace(suffix);
    await story().account('ferry', 'tide-1');
    await story().policy();
    await scene.untilSynced(3);
    const leader = await world.operator.leader();
    const mark = await auditMark(world.plane.auditLog);
    await step('the upgrade', async () => {
      const image = `operator=${OPERATOR_NAME}:${NEXT_TAG}`;
      await world.node.kubectl(['-n', OPERATOR_NAME, 'set', 'image', `deployment/${OPERATOR_NAME}`, image]);
      await world.operator.otherLeader(leader.metadata.name);
      await story().untilAvailable(OPERATOR_NAME, OPERATOR_NAME, 2);
    });
    await step('the new operator works', async () => {
      await scene.namespace('four');
      await scene.untilSynced(4);
    });
    const written = (await auditEvents(world.plane.auditLog, mark))
      .filter(
        ({ user, verb, objectRef }) =>
          user.username === USER && WRITES.has(verb) && CARED_FOR.has(objectRef?.resource ?? ''),
      )
      .filter(({ objectRef }) => objectRef?.namespace !== `${scene.name}-four`)
      .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
    // The fourth namespace changes the policy's status.
    expect(written.filter((line) => !line.includes('/status'))).to.deep.equal([]);
  });
});
