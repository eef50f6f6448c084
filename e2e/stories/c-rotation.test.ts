import { expect } from 'chai';
import { logToStderr } from '../../test/cluster/log.ts';
import { dockerConfigJson, login } from '../../test/integration/objects.ts';
import { HUB_KEY, Story } from './story.ts';
import { useStory } from './use-story.ts';

const PODS = ['one', 'two', 'three'];

describe('a password that is changed at the registry', () => {
  const story = useStory('c');

  it('shows as refused, and waiting pods heal by themselves once the source Secret is edited', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('web');
    const image = await story().image();
    world.hub.rules.setAnonymousLimit(0);
    await step('a policy with a password that works', async () => {
      await story().account('ferry', 'tide-1');
      await story().policy();
      await scene.untilSynced(1);
    });

    await step('the password changes at the registry', async () => {
      world.hub.rules.setPassword('ferry', 'tide-2');
      for (const pod of PODS) await story().pod(namespace, pod, { image: image.tag });
      for (const pod of PODS) await story().untilBlocked(namespace, pod, '401 Unauthorized');
      await story().untilAccepted('Refused', 'docker.io');
      await story().untilCountsAgree(namespace, Story.series.refused(namespace), '401 Unauthorized');
      expect((await scene.condition('RateLimited'))?.status).to.equal('False');
    });

    await step('the source is edited', async () => {
      const before = new Map(await uidsOf(story(), namespace));
      const begun = performance.now();
      await scene.rotate(dockerConfigJson({ [HUB_KEY]: login('ferry', 'tide-2') }));
      for (const pod of PODS) await story().untilRuns(namespace, pod);
      logToStderr(
        `  from the edit to the last of ${PODS.length} running pods: ${((performance.now() - begun) / 1000).toFixed(1)} s`,
      );
      expect(new Map(await uidsOf(story(), namespace)), 'the same pods').to.deep.equal(before);
    });
  });
});

const uidsOf = async (story: Story, namespace: string) =>
  (await story.pods(namespace)).map(({ metadata: { name, uid } }) => [name, uid] as const);
