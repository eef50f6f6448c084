import { expect } from 'chai';
import { auditEvents, auditMark } from '../../test/cluster/audit.ts';
import { OPERATOR_NAME } from '../../src/names.ts';
import { NODE_NAME } from '../node/addresses.ts';
import { NEXT_TAG } from './install.ts';
import { useStory } from './use-story.ts';

const USER = `system:serviceaccount:${OPERATOR_NAME}:${OPERATOR_NAME}`;
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** What a cluster in order gets no write to, statuses among it. */
const CARED_FOR = new Set(['secrets', 'serviceaccounts', 'registrycredentialpolicies', 'events']);
const LOOKS = 'controller_runtime_reconcile_total{controller="namespace"';

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
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: OPERATOR_NAME } };
      const path = `/api/v1/namespaces/${OPERATOR_NAME}/pods/${name}/eviction`;
      await world.node.kubectl(['create', '--raw', path, '-f', '-'], { input: JSON.stringify(eviction) });
    });
    await step('another one leads', () => world.operator.otherLeader(leader.metadata.name));
    await step('it works', async () => {
      await scene.namespace('later');
      await scene.untilSynced(2);
    });
    await story().untilAvailable(OPERATOR_NAME, OPERATOR_NAME, 2);
  });

  it('stay at work while the node is drained: the disruption budget keeps one of them', async () => {
    const { scene, step, world } = story();
    await story().account('ferry', 'tide-1');
    await story().policy();
    try {
      await step('the node is drained of the operator', async () => {
        const selector = `--pod-selector=app.kubernetes.io/name=${OPERATOR_NAME}`;
        const { code, stderr } = await world.plane.kubectl(['drain', NODE_NAME, selector, '--timeout=8s']);
        expect(code, 'the last replica was evicted too').not.to.equal(0);
        expect(stderr).to.include("violate the pod's disruption budget");
      });
      await step('the one that is left works', async () => {
        await world.operator.leader();
        await scene.namespace('meanwhile');
        await scene.untilSynced(1);
      });
    } finally {
      await world.node.kubectl(['uncordon', NODE_NAME]);
    }
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
    await step('the new operator has looked at every namespace', () =>
      story().until('a look at each', async () => ((await world.operator.sum(LOOKS)) >= 3 ? true : undefined)),
    );
    const written = (await auditEvents(world.plane.auditLog, mark))
      .filter(
        ({ user, verb, objectRef }) =>
          user.username === USER && WRITES.has(verb) && CARED_FOR.has(objectRef?.resource ?? ''),
      )
      .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
    expect(written).to.deep.equal([]);
    await step('the new operator works', async () => {
      await scene.namespace('four');
      await scene.untilSynced(4);
    });
  });
});
