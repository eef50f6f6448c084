import { CRON_JOBS, cronJobObject } from './pods.ts';
import { Story } from './story.ts';
import { useStory } from './use-story.ts';

describe('containers of every kind', () => {
  const story = useStory('f');

  beforeEach(async () => {
    await story().account('ferry', 'tide-1');
    await story().policy({ mode: 'Observe' });
  });

  it('are seen while an init container waits', async () => {
    const { scene, world } = story();
    const namespace = await scene.namespace('init');
    const [first, main] = [await story().image('first'), await story().image('main')];
    world.hub.rules.setAnonymousLimit(0);
    await story().pod(namespace, 'late', { image: main.tag, initContainers: [{ image: first.tag }] });
    await story().untilBlocked(namespace, 'late', '429');
    await story().untilMetric(Story.series.waiting(namespace), 1);
    await story().untilLimited('AnonymousPullLimit', '1 container waiting');
  });

  it('are seen when a container of a running pod restarts and has to pull again', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('running');
    const [calm, restless] = [await story().image('calm'), await story().image('restless')];
    await step('a pod with a container that ends', async () => {
      await story().pod(namespace, 'pair', {
        image: calm.tag,
        sidecars: [{ image: restless.tag, imagePullPolicy: 'Always', command: ['/bin/sh', '-c', 'sleep 6'] }],
      });
      await story().untilRuns(namespace, 'pair');
      world.hub.rules.setAnonymousLimit(0);
    });
    await step('its restart is limited', async () => {
      const { status } = await story().untilBlocked(namespace, 'pair', '429');
      if (status?.phase !== 'Running') throw new Error(`the pod is ${status?.phase ?? 'without a phase'}`);
    });
    await step('gauge and condition show it', async () => {
      await story().untilMetric(Story.series.waiting(namespace), 1);
      await story().untilLimited('AnonymousPullLimit', '1 container waiting', 'imagePullPolicy Always');
    });
    await step('and show when it is over', async () => {
      world.hub.rules.setAnonymousLimit(undefined);
      await story().untilMetric(Story.series.waiting(namespace), 0);
    });
  });

  it('are seen in the short-lived pods of a CronJob, and forgotten with them', async () => {
    const { scene, step, world } = story();
    const namespace = await scene.namespace('jobs');
    const image = await story().image('nightly');
    world.hub.rules.setAnonymousLimit(0);
    await world.api.create(
      CRON_JOBS,
      { namespace },
      cronJobObject('nightly', { image: image.tag, command: ['/bin/true'] }),
    );
    const kubectl = (...args: string[]) => world.node.kubectl(['-n', namespace, ...args]);
    for (const job of ['first', 'second']) {
      await step(`the ${job} job`, async () => {
        await kubectl('create', 'job', `--from=cronjob/nightly`, job);
        await story().untilMetric(Story.series.waiting(namespace), 1);
        await kubectl('delete', 'job', job, '--cascade=foreground', '--timeout=60s');
        await story().untilMetric(Story.series.waiting(namespace), 0);
      });
    }
    await story().untilCountsAgree(namespace, Story.series.limited(namespace), '429 Too Many Requests');
    await story().untilLimited('AnonymousPullLimit', '0 containers waiting');
  });
});
