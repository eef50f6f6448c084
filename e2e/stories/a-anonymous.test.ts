import { expect } from 'chai';
import { Story } from './story.ts';
import { useStory } from './use-story.ts';

describe('anonymous pulls that run into the limit', () => {
  const story = useStory('a');

  it('show as AnonymousPullLimit, said and inferred, counted as the kubelet counts them, and nobody logged in', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('web');
    const [byTag, byDigest] = [await story().image('tagged'), await story().image('pinned')];
    await step('a policy that only observes', async () => {
      await story().account('ferry', 'tide-1');
      await story().policy({ mode: 'Observe' });
      await scene.untilReason('Ready', 'Observing');
    });

    await step('the limit is reached', async () => {
      world.hub.rules.setAnonymousLimit(0);
      await story().pod(namespace, 'tagged', { image: byTag.tag });
      await story().pod(namespace, 'again', { image: byTag.tag });
      await story().pod(namespace, 'pinned', { image: byDigest.digest });
      for (const pod of ['tagged', 'again']) await story().untilBlocked(namespace, pod, '429 Too Many Requests');
      // Only the answer to a GET has a text, and by digest the HEAD passes.
      await story().untilBlocked(namespace, 'pinned', 'unauthenticated pull rate limit');
    });

    await step('the condition', async () => {
      const { status } = await story().untilLimited('AnonymousPullLimit', '3 containers waiting', 'AdmittedBefore');
      const registries = status?.rateLimit?.registries ?? [];
      // Nobody says it of the pulls by tag; one that is said of the group is enough.
      expect(registries.map(({ host, kind, inferred }) => ({ host, kind, inferred }))).to.deep.equal([
        { host: 'docker.io', kind: 'anonymous', inferred: false },
      ]);
    });
    await step('the counter is the sum of what the kubelet counted', () =>
      story().untilCountsAgree(namespace, Story.series.limited(namespace), '429 Too Many Requests'),
    );
    await step('the gauge is the number of waiting containers', () =>
      story().untilMetric(Story.series.waiting(namespace), 3),
    );
    expect(world.hub.log.accountsSeen(), 'accounts that the registry has seen').to.deep.equal([]);
    expect(world.hub.log.limited('a/tagged')).not.to.be.empty;
  });
});
