import { expect } from 'chai';
import { Story } from './story.ts';
import { useStory } from './use-story.ts';

describe('a policy that is applied while pulls are limited', () => {
  const story = useStory('b');

  it('lets new pods pull as the account, names the older ones, and heals a workload that is restarted', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('web');
    const [old, fresh] = [await story().image('old'), await story().image('fresh')];
    world.hub.rules.setAnonymousLimit(0);
    await step('a Deployment and a pod that cannot pull', async () => {
      await story().deployment(namespace, 'front', 2, { image: old.tag });
      await story().pod(namespace, 'lone', { image: old.tag });
      await story().untilBlocked(namespace, 'lone', '429');
    });

    const policy = await step('the policy is applied', async () => {
      await story().account('ferry', 'tide-1');
      const name = await story().policy();
      await scene.untilSynced(1);
      return name;
    });
    await step('a new pod pulls as the account', async () => {
      await story().pod(namespace, 'fresh', { image: fresh.tag });
      await story().untilRuns(namespace, 'fresh');
      expect(world.hub.log.pullers('b/fresh')).to.deep.equal([{ account: 'ferry' }]);
    });
    await step('the older pods are named, with the cause', async () => {
      await story().untilLimited('AnonymousPullLimit', '3 (AdmittedBefore)');
      await story().untilMetric(Story.series.unreached(policy, 'AdmittedBefore'), 3);
    });

    await step('the restarted workload heals', async () => {
      const { code, stderr } = await world.plane.kubectl(['-n', namespace, 'rollout', 'restart', 'deployment/front']);
      expect(code, stderr).to.equal(0);
      await story().untilAvailable(namespace, 'front', 2);
      expect(world.hub.log.pullers('b/old')).to.deep.equal([{ account: 'ferry' }]);
      await story().untilMetric(Story.series.unreached(policy, 'AdmittedBefore'), 1);
    });
  });
});
