import { expect } from 'chai';
import { authsOf, dockerConfigJson, login } from '../../test/integration/objects.ts';
import { SECOND_REGISTRY } from '../node/addresses.ts';
import { useStory } from './use-story.ts';

describe('a second registry, private, with a policy of its own', () => {
  const story = useStory('h');

  it('is fed into the same Secret, and a pod pulls from both', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('web');
    const [open, hidden] = [await story().image('open'), await story().image('hidden')];
    const secret = `${SECOND_REGISTRY.host}/${hidden.tag}`;
    world.hub.rules.setAnonymousLimit(0);
    world.second.rules.setPassword('crew', 'anchor-1');

    await step('without a login the private image is refused', async () => {
      await story().pod(namespace, 'early', { image: secret });
      await story().untilBlocked(namespace, 'early', SECOND_REGISTRY.host);
    });
    await step('two policies', async () => {
      await story().account('ferry', 'tide-1');
      await story().policy();
      await scene.source(dockerConfigJson({ [SECOND_REGISTRY.host]: login('crew', 'anchor-1') }), '-second');
      await story().policy({ credentials: [{ secretRef: { name: `${scene.name}-second` } }] }, '-second');
      await scene.untilSynced(1);
      await scene.untilSynced(1, '-second');
      expect(Object.keys(authsOf(await scene.secret(namespace)))).to.have.members([
        'https://index.docker.io/v1/',
        SECOND_REGISTRY.host,
      ]);
    });
    await step('one pod pulls from both', async () => {
      await story().pod(namespace, 'both', { image: open.tag, sidecars: [{ image: secret }] });
      await story().untilRuns(namespace, 'both');
      expect(world.hub.log.pullers('h/open')).to.deep.equal([{ account: 'ferry' }]);
      expect(world.second.log.pullers('h/hidden')).to.deep.equal([{ account: 'crew' }]);
    });
  });
});
