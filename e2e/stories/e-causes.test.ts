import { expect } from 'chai';
import { SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { COPY, dockerConfigJson, login } from '../../test/integration/objects.ts';
import { Story } from './story.ts';
import { useStory } from './use-story.ts';

describe('pods that the credential does not reach', () => {
  const story = useStory('e');

  it('are named, each with its cause', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('web');
    const image = await story().image();
    await world.api.create(
      SERVICE_ACCOUNTS,
      { namespace },
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'builder' },
      },
    );
    await step('a policy', async () => {
      await story().account('ferry', 'tide-1');
      await story().policy();
      await scene.untilSynced(1);
    });
    world.hub.rules.setAnonymousLimit(0);
    await step('pods that pull anonymously, each for a reason of its own', async () => {
      await story().pod(namespace, 'own', { image: image.tag, imagePullSecrets: ['team-registry'] });
      await story().pod(namespace, 'account', { image: image.tag, serviceAccount: 'builder' });
      for (const pod of ['own', 'account']) await story().untilBlocked(namespace, pod, '429');
    });
    await step('both are named', async () => {
      await story().untilLimited('AnonymousPullLimit', '1 (OwnPullSecrets)', '1 (ServiceAccountNotSelected)');
      for (const cause of ['OwnPullSecrets', 'ServiceAccountNotSelected'])
        await story().untilMetric(Story.series.unreached(scene.name, cause), 1);
    });
    expect((await scene.found())?.status?.rateLimit?.unreached).to.include({
      OwnPullSecrets: 1,
      ServiceAccountNotSelected: 1,
    });
  });

  it('are named also where the key in the Secret can never match', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('keys');
    const image = await story().image('keys');
    world.hub.rules.setPassword('ferry', 'tide-1');
    world.hub.rules.setAnonymousLimit(0);
    await step('a policy whose key no kubelet matches', async () => {
      await scene.source(dockerConfigJson({ 'https://registry-1.docker.io/v2/': login('ferry', 'tide-1') }), '-keys');
      await story().policy(
        { credentials: [{ secretRef: { name: `${scene.name}-keys` } }], namespaces: { include: [namespace] } },
        '-keys',
      );
      await scene.untilSynced(1, '-keys');
    });
    await scene.untilEntries(namespace, [COPY]);
    await story().pod(namespace, 'keyed', { image: image.tag });
    await story().untilBlocked(namespace, 'keyed', '429');
    await story().untilCondition('RateLimited', 'AnonymousPullLimit', ['1 (KeyNeverMatches)'], '-keys');
    expect(world.hub.log.accountsSeen()).to.deep.equal([]);
  });
});
