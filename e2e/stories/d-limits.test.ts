import { expect } from 'chai';
import { Story } from './story.ts';
import { useStory } from './use-story.ts';

describe('limits of other kinds', () => {
  const story = useStory('d');

  beforeEach(async () => {
    await story().account('ferry', 'tide-1');
  });

  it('show as AccountPullLimit where the account has used up its pulls, said and inferred', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('account');
    const image = await story().image('account');
    await story().policy();
    await scene.untilSynced(1);
    world.hub.rules.setAccountLimit('ferry', 0);
    await step('by tag, where nothing is said', async () => {
      await story().pod(namespace, 'tagged', { image: image.tag });
      await story().untilBlocked(namespace, 'tagged', '429');
      const { status } = await story().untilLimited('AccountPullLimit', 'docker.io');
      const [registry] = status?.rateLimit?.registries ?? [];
      expect(registry).to.include({ host: 'docker.io', kind: 'account', inferred: true });
    });
    await step('by digest, with the name of the account in the text', async () => {
      await story().pod(namespace, 'pinned', { image: image.digest });
      await story().untilBlocked(namespace, 'pinned', "pull rate limit as 'ferry'");
      const said = await story().untilCountsAgree(namespace, Story.series.limited(namespace), '429 Too Many Requests');
      expect(said).to.be.greaterThan(1);
    });
    const { status } = await story().untilPolicy('it is said', ({ status }) =>
      status?.rateLimit?.registries?.some(({ kind, inferred }) => kind === 'account' && !inferred),
    );
    expect(JSON.stringify(status), 'the status').not.to.include('ferry').and.not.to.include('dckr_jti');
  });

  it('show as AbuseLimit where everybody is refused, and told so', async () => {
    const { scene, world } = story();
    const namespace = await scene.namespace('abuse');
    const image = await story().image('abuse');
    await story().policy();
    await scene.untilSynced(1);
    world.hub.rules.setAbuse('json', 'manifests');
    await story().pod(namespace, 'pinned', { image: image.digest });
    await story().untilBlocked(namespace, 'pinned', 'toomanyrequests: Too Many Requests');
    await story().untilLimited('AbuseLimit', 'docker.io');
  });

  it('cannot be told from a limit of the account where the registry refuses everybody without a word', async () => {
    const { scene, world } = story();
    const namespace = await scene.namespace('silent');
    const image = await story().image('silent');
    await story().policy();
    await scene.untilSynced(1);
    world.hub.rules.setAbuse('plain');
    await story().pod(namespace, 'tagged', { image: image.tag });
    await story().untilBlocked(namespace, 'tagged', '429 Too Many Requests');
    const { status } = await story().untilLimited('AccountPullLimit', 'docker.io');
    const [registry] = status?.rateLimit?.registries ?? [];
    expect(registry).to.include({ host: 'docker.io', kind: 'account', inferred: true });
  });

  it('are of no registry where the kubelet itself holds pulls back', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('kubelet');
    await story().policy();
    await scene.untilSynced(1);
    const images = await Promise.all(['1', '2', '3', '4', '5', '6'].map((tag) => story().image('many', tag)));
    try {
      await step('a kubelet that pulls one image a second', () =>
        world.node.restartKubelet({ perSecond: 1, burst: 1 }),
      );
      for (const [index, image] of images.entries()) await story().pod(namespace, `pod-${index}`, { image: image.tag });
      await story().until('a pull that the kubelet held back is counted', async () =>
        (await world.operator.sum(Story.series.qps(namespace))) > 0 ? true : undefined,
      );
      await story().untilCountsAgree(namespace, Story.series.qps(namespace), 'pull QPS exceeded');
    } finally {
      await world.node.restartKubelet();
    }
    expect(await world.operator.sum(Story.series.limited(namespace))).to.equal(0);
    expect((await scene.condition('RateLimited'))?.status).to.equal('False');
    for (const index of images.keys()) await story().untilRuns(namespace, `pod-${index}`);
  });
});
