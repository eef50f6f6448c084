import { expect } from 'chai';
import { NAMESPACES } from '../../src/kube/resources.ts';
import { orAbsent } from '../../test/integration/scene.ts';
import { isRunning } from './pods.ts';
import { useStory } from './use-story.ts';

describe('the end of a policy', () => {
  const story = useStory('i');

  it('takes Secret and entries away, leaves running pods alone, and makes new pods anonymous again', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('web');
    const [before, after] = [await story().image('before'), await story().image('after')];
    await story().account('ferry', 'tide-1');
    await story().policy();
    await scene.untilSynced(1);
    await step('a pod pulls as the account', async () => {
      await story().pod(namespace, 'before', { image: before.tag });
      await story().untilRuns(namespace, 'before');
      expect(world.hub.log.pullers('i/before')).to.deep.equal([{ account: 'ferry' }]);
    });
    await step('the policy is deleted', async () => {
      await scene.end();
      expect(await scene.secret(namespace)).to.equal(undefined);
      expect(await scene.entries(namespace)).to.deep.equal([]);
    });
    await step('a new pod pulls anonymously, the first runs on', async () => {
      await story().pod(namespace, 'after', { image: after.tag });
      await story().untilRuns(namespace, 'after');
      expect(world.hub.log.pullers('i/after')).to.deep.equal(['anonymous']);
      expect((await story().pods(namespace)).filter(isRunning)).to.have.lengthOf(2);
    });
  });

  it('does not hang where the namespace is deleted in the same moment', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('gone');
    const image = await story().image('gone');
    await story().account('ferry', 'tide-1');
    await story().policy();
    await scene.untilSynced(1);
    await story().pod(namespace, 'running', { image: image.tag });
    await story().untilRuns(namespace, 'running');
    await step('policy and namespace are deleted', async () => {
      await Promise.all([scene.end(), world.api.delete(NAMESPACES, { name: namespace })]);
      await story().until('the namespace gone', async () =>
        (await orAbsent(world.api.get(NAMESPACES, { name: namespace }))) === undefined ? true : undefined,
      );
    });
  });
});
