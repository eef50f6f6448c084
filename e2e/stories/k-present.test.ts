import { expect } from 'chai';
import { SECOND_REGISTRY } from '../node/addresses.ts';
import { dockerConfigJson, login } from '../../test/integration/objects.ts';
import { useStory } from './use-story.ts';

describe('a private image that is on the node already', () => {
  const story = useStory('k');

  it('is not given to a pod without the entry: the kubelet verifies again, and the policy names the cause', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('web');
    const hidden = await story().image('hidden');
    const image = `${SECOND_REGISTRY.host}/${hidden.tag}`;
    world.second.rules.setPassword('crew', 'anchor-1');
    await scene.source(dockerConfigJson({ [SECOND_REGISTRY.host]: login('crew', 'anchor-1') }));
    await story().policy();
    await scene.untilSynced(1);
    await step('a pod with the entry brings the image to the node', async () => {
      await story().pod(namespace, 'first', { image });
      await story().untilRuns(namespace, 'first');
    });
    await step('a second one with the entry runs without asking the registry', async () => {
      world.second.log.clear();
      await story().pod(namespace, 'second', { image });
      await story().untilRuns(namespace, 'second');
      expect(world.second.log.entries).to.deep.equal([]);
    });
    await step('one without the entry is refused', async () => {
      await story().pod(namespace, 'without', { image, imagePullSecrets: ['team-registry'] });
      await story().untilBlocked(namespace, 'without');
    });
    await step('the policy says why', () => story().untilAccepted('NoRecentRefusal', 'OwnPullSecrets'));
  });
});
