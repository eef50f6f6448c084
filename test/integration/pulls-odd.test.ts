import { expect } from 'chai';
import {
  afterTheFirstSecond,
  BARE_BACK_OFF,
  createPod,
  errImagePull,
  failed,
  hubPolicy,
  IMAGE,
  SERIES,
  untilLimited,
  untilMetric,
  WORDS,
} from './pulls-scene.ts';
import { useWorld } from './world.ts';

const FORGED = 300;

describe('of pods that are not like others', function () {
  this.timeout(60_000);
  const world = useWorld('pullodd');
  afterTheFirstSecond();
  const metric = (series: string) => world().operator.metric(series);
  const until = (series: string, value: number | undefined): Promise<void> =>
    untilMetric(world().scene('metric'), world().operator, series, value);

  it('true failures are counted at once, however many Events somebody writes elsewhere about pods that are not there', async () => {
    const crowd = world().scene('crowd');
    const crowded = await hubPolicy(crowd);
    const victim = world().scene('victim');
    const namespace = await hubPolicy(victim);
    const pod = await createPod(victim, namespace, 'p');
    await pod.status('running', 'Running');
    const forger = await createPod(crowd, crowded, 'forger');
    const forge = async (index: number): Promise<void> => {
      await forger.event(`forged.${index}`, { message: failed(WORDS.limit), podName: `absent-${index}` });
      if (index % 2 === 0) await forger.expire(`forged.${index}`);
    };
    for (let index = 0; index < FORGED; index += 10)
      await Promise.all(Array.from({ length: 10 }, (_, offset) => forge(index + offset)));
    await pod.event('p.e', { message: failed(WORDS.limit) });
    await pod.status(BARE_BACK_OFF, 'Running');
    await until(SERIES.limited(namespace, 'account'), 1);
    await until(SERIES.waiting(namespace), 1);
    expect(await metric(SERIES.limited(crowded, 'account'))).to.equal(undefined);
  });

  it('names that no pod can have are asked for by nobody', async () => {
    const scene = world().scene('names');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    const before = world().operator.logs.length;
    for (const [index, podName] of ['..', '.', 'p/log', '../secrets/registry-credentials', 'n'.repeat(300)].entries())
      await pod.event(`odd.${index}`, { message: failed(WORDS.limit), podName });
    await pod.event('true', { message: failed(WORDS.limit) });
    await until(SERIES.limited(namespace, 'account'), 1);
    const logged = world().operator.logs.slice(before);
    expect(logged.filter(({ level }) => level !== 'debug' && level !== 'info')).to.deep.equal([]);
  });

  it('image volumes count, and are told of under their own image', async () => {
    const scene = world().scene('volume');
    const namespace = await hubPolicy(scene);
    const more = { volumes: [{ name: 'data', image: { reference: IMAGE, pullPolicy: 'IfNotPresent' } }] };
    const pod = await createPod(scene, namespace, 'p', { image: 'ghcr.io/harbourlight/app:1', more });
    await pod.event('p.e', { message: failed(WORDS.limit) });
    await until(SERIES.limited(namespace, 'account'), 1);
    await pod.status(BARE_BACK_OFF);
    await until(SERIES.waiting(namespace), 1);
    await untilLimited(scene, 'AccountPullLimit');
    await pod.status(
      errImagePull(`failed to pull and unpack image "ghcr.io/harbourlight/app:1": 429 Too Many Requests`),
    );
    await until(SERIES.waiting(namespace), undefined);
    await until(SERIES.waiting(namespace, 'ghcr.io'), 1);
  });

  it('static pods count, of which kubelets speak by another uid than the API server', async () => {
    const scene = world().scene('static');
    const namespace = await hubPolicy(scene);
    const uid = '0123456789abcdef0123456789abcdef';
    const pod = await createPod(scene, namespace, 'static-node-1', {
      annotations: { 'kubernetes.io/config.mirror': uid },
      more: { serviceAccountName: undefined, nodeName: 'node-1' },
    });
    await pod.event('static.e', { message: failed(WORDS.limit), uid });
    await until(SERIES.limited(namespace, 'anonymous'), 1);
  });

  it('pods that are to go wait for nothing, also where their node is lost and they stay', async () => {
    const scene = world().scene('leaving');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p', { more: { nodeName: 'lost' } });
    await pod.status(errImagePull(WORDS.limit));
    await until(SERIES.waiting(namespace), 1);
    await pod.delete();
    await until(SERIES.waiting(namespace), undefined);
  });
});
