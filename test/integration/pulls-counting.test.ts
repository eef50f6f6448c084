import { expect } from 'chai';
import { NAMESPACES } from '../../src/kube/resources.ts';
import { auditEvents, auditMark } from '../cluster/audit.ts';
import { dockerConfigJson, login } from './objects.ts';
import {
  afterTheFirstSecond,
  BARE_BACK_OFF,
  createPod,
  errImagePull,
  failed,
  hubPolicy,
  SERIES,
  untilLimited,
  untilMetric,
  WORDS,
} from './pulls-scene.ts';
import { orAbsent } from './scene.ts';
import { useWorld } from './world.ts';

describe('limited pulls are counted', function () {
  this.timeout(60_000);
  const world = useWorld('pullcount');
  afterTheFirstSecond();
  const metric = (series: string) => world().operator.metric(series);
  const until = (series: string, value: number | undefined): Promise<void> =>
    untilMetric(world().scene('metric'), world().operator, series, value);

  it('by how much the count of an Event rises, whatever the number of notifications', async () => {
    const scene = world().scene('deltas');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    for (const count of [1, 2, 9, 9, 40]) await pod.event('p.one', { message: failed(WORDS.limit), count });
    await until(SERIES.limited(namespace, 'account'), 40);
    // A kubelet that restarted begins anew, under a new name or the old one.
    await pod.event('p.two', { message: failed(WORDS.limit), count: 1 });
    await pod.event('p.one', { message: failed(WORDS.limit), count: 2 });
    await until(SERIES.limited(namespace, 'account'), 43);
    // The same failure in the pod's status counts once.
    await pod.status(errImagePull(WORDS.limit));
    await until(SERIES.waiting(namespace), 1);
    expect(await metric(SERIES.limited(namespace, 'account'))).to.equal(43);
  });

  it('once where an Event expired and came again with its accumulated count', async () => {
    const scene = world().scene('expired');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.e', { message: failed(WORDS.limit), count: 1 });
    await until(SERIES.limited(namespace, 'account'), 1);
    await pod.event('p.e', { message: failed(WORDS.limit), count: 36 });
    await until(SERIES.limited(namespace, 'account'), 36);
    await pod.expire('p.e');
    await pod.event('p.e', { message: failed(WORDS.limit), count: 38 });
    await until(SERIES.limited(namespace, 'account'), 38);
  });

  it('to the words of the moment, in an Event that the kubelet aggregates and whose text changes', async () => {
    const scene = world().scene('aggregated');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    const combined = (words: string, count: number) =>
      pod.event('p.combined', {
        message: `(combined from similar events): ${words}`,
        count,
        reportingComponent: '',
      });
    await combined(failed(WORDS.limit), 1);
    await until(SERIES.limited(namespace, 'account'), 1);
    await combined('Error: ErrImagePull', 6);
    await pod.event('p.mark', { message: failed(WORDS.qps) });
    await until(SERIES.qps(namespace), 1);
    await combined(failed(WORDS.anonymous), 8);
    await until(SERIES.limited(namespace, 'anonymous'), 2);
    expect(await metric(SERIES.limited(namespace, 'account'))).to.equal(1);
  });

  it('and pulls that the kubelet itself holds back, refused ones, and those that no policy covers apart', async () => {
    const scene = world().scene('apart');
    const namespace = await hubPolicy(scene);
    const bare = await scene.namespace('b');
    await scene.patchPolicy({ namespaces: { include: [namespace] } });
    await scene.untilSynced(1);
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.qps', { message: failed(WORDS.qps), count: 1 });
    await pod.event('p.refused', { message: failed(WORDS.refused), count: 1 });
    await pod.event('p.missing', { message: failed(WORDS.missing), count: 1 });
    const elsewhere = await createPod(scene, bare, 'q');
    await elsewhere.event('q.limit', { message: failed(WORDS.limit), count: 1 });
    const other = await createPod(scene, bare, 'r', { image: 'unheard.example.org/ferry:1' });
    await other.event('r.limit', {
      message: failed('toomanyrequests: slow down', 'unheard.example.org/ferry:1'),
      count: 1,
    });
    await until(SERIES.qps(namespace), 1);
    await until(SERIES.refused(namespace), 1);
    await until(SERIES.uncovered(bare), 1);
    await until(SERIES.uncovered(bare, 'other'), 1);
    expect(await metric(SERIES.limited(bare, 'anonymous'))).to.equal(1);
    expect(await metric(SERIES.uncovered(namespace))).to.equal(undefined);
    expect(
      (await world().operator.metrics())
        .split('\n')
        .filter((line) => line.includes(`"${namespace}"`))
        .sort(),
    ).to.deep.equal([`${SERIES.qps(namespace)} 1`, `${SERIES.refused(namespace)} 1`].sort());
  });

  it('only where the pod exists with that uid and that image: anybody can write Events', async () => {
    const scene = world().scene('forged');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    const mark = await auditMark(world().cluster.plane.auditLog);
    await pod.event('forged.uid', { message: failed(WORDS.limit), uid: '00000000-0000-4000-8000-000000000000' });
    await pod.event('forged.none', { message: failed(WORDS.limit), uid: '' });
    await pod.event('forged.image', { message: failed(WORDS.limit, 'harbourlight/other:1') });
    for (let index = 0; index < 60; index++)
      await pod.event(`forged.${index}`, { message: failed(WORDS.limit), podName: `absent-${index}` });
    await pod.event('true', { message: failed(WORDS.limit) });
    await until(SERIES.limited(namespace, 'account'), 1);
    expect(await metric(SERIES.limited(namespace, 'anonymous'))).to.equal(undefined);
    // The audit log is written a little later than requests are answered.
    const reads = await scene.until('reads of pods in the audit log', async () => {
      const events = (await auditEvents(world().cluster.plane.auditLog, mark)).filter(
        ({ verb, objectRef, user }) =>
          verb === 'get' && objectRef?.resource === 'pods' && user.username.startsWith('system:serviceaccount'),
      );
      return events.length > 10 ? events : undefined;
    });
    const times = reads.map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp));
    const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
    expect(reads.length).to.be.at.most(20 + 5 * (seconds + 1));
  });

  it('and nothing throws on Events and pods that are odd', async () => {
    const scene = world().scene('odd');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('odd.future', { message: failed(WORDS.limit), ageSeconds: -86_400 });
    await until(SERIES.limited(namespace, 'account'), 1);
    await pod.event('odd.high', { message: failed(WORDS.limit), count: 2_147_483_647 });
    await pod.event('odd.negative', { message: failed(WORDS.limit), count: -5 });
    await pod.event('odd.series', { message: failed(WORDS.anonymous), count: 0, more: { series: { count: 3 } } });
    await pod.event('odd.series', { message: failed(WORDS.anonymous), count: 0, more: { series: { count: 7 } } });
    await pod.event('odd.bytes', { message: `\u0000\uFFFD${'\u{1F6A2}'.repeat(2000)} 429` });
    await pod.event('odd.words', { message: failed('请求过多: 429 次') });
    await pod.event('odd.reason', { message: failed(WORDS.limit), more: { reason: 'NeverHeardOf' } });
    await pod.event('odd.sender', {
      message: failed(WORDS.limit),
      more: { source: { component: 'other' } },
      reportingComponent: '',
    });
    await pod.event('odd.large', {
      message: failed(WORDS.limit),
      more: { metadata: { name: 'odd.large', namespace, annotations: { large: 'x'.repeat(250_000) } } },
    });
    await until(SERIES.limited(namespace, 'anonymous'), 5);
    // One in the future, the highest count from nothing, one negative, one reason, one large.
    await until(SERIES.limited(namespace, 'account'), 5);
    const policy = await untilLimited(scene, 'AccountPullLimit');
    expect(policy.status?.rateLimit?.failuresInWindow).to.be.greaterThan(0);
    expect(world().operator.logs.filter(({ level }) => level === 'crash' || level === 'error')).to.deep.equal([]);
  });

  it('in the gauge while containers wait, with the cause carried to a back-off that names none', async () => {
    const scene = world().scene('gauge');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.e', { message: failed(WORDS.limit) });
    await pod.status(BARE_BACK_OFF);
    await until(SERIES.waiting(namespace), 1);
    await pod.status(errImagePull(WORDS.missing));
    await until(SERIES.waiting(namespace), undefined);
    await pod.status(errImagePull(WORDS.limit));
    await until(SERIES.waiting(namespace), 1);
    await pod.delete();
    await until(SERIES.waiting(namespace), undefined);
  });

  it('in the gauge also where a container of a running pod was restarted', async () => {
    const scene = world().scene('restarted');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    await pod.status('running', 'Running');
    await pod.event('p.e', { message: failed(WORDS.limit) });
    await pod.status(BARE_BACK_OFF, 'Running');
    await until(SERIES.waiting(namespace), 1);
    await pod.status('running', 'Running');
    await until(SERIES.waiting(namespace), undefined);
  });

  it('under no name that is gone: series go with their namespace, and with the policy that gave its registry a name', async () => {
    const scene = world().scene('gone');
    const namespace = await scene.namespace('a');
    await scene.source(dockerConfigJson({ 'own.example.org': login('u', 'p') }));
    await scene.policy();
    await scene.untilSynced(1);
    const image = 'own.example.org/ferry:1';
    const pod = await createPod(scene, namespace, 'p', { image });
    await pod.event('p.own', { message: failed('toomanyrequests: slow down', image) });
    const hub = await createPod(scene, namespace, 'q');
    await hub.event('q.hub', { message: failed(WORDS.limit) });
    await until(SERIES.limited(namespace, 'unknown', 'own.example.org'), 1);
    await until(SERIES.uncovered(namespace), 1);
    await scene.end();
    await until(SERIES.limited(namespace, 'unknown', 'own.example.org'), undefined);
    expect(await metric(SERIES.uncovered(namespace))).to.equal(1);
    expect(await world().operator.metrics()).not.to.include(`policy="${scene.name}"`);
    await orAbsent(world().api.delete(NAMESPACES, { name: namespace }));
    await until(SERIES.uncovered(namespace), undefined);
    expect(await world().operator.metrics()).not.to.include(`"${namespace}"`);
  });
});
