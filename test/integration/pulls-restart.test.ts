import { expect } from 'chai';
import { LEASES } from '../../src/kube/resources.ts';
import { LEASE_NAME, OPERATOR_NAME } from '../../src/names.ts';
import { CLUSTER_ROLES, dockerConfigJson, login } from './objects.ts';
import {
  afterTheFirstSecond,
  BARE_BACK_OFF,
  createPod,
  errImagePull,
  failed,
  HUB,
  hubPolicy,
  SERIES,
  untilLimited,
  untilMetric,
  WORDS,
} from './pulls-scene.ts';
import { useWorld } from './world.ts';

const SUCCESSION_WITHIN = 40_000;

describe('pulls across restarts', function () {
  this.timeout(120_000);
  const world = useWorld('pullagain');
  afterTheFirstSecond();
  const until = (series: string, value: number | undefined, operator = world().operator): Promise<void> =>
    untilMetric(world().scene('metric'), operator, series, value);

  it('count nothing twice, lose nothing after it, and what fell into the gap shows in the condition and the gauge', async () => {
    const scene = world().scene('restart');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.e', { message: failed(WORDS.limit), count: 1 });
    await pod.event('p.e', { message: failed(WORDS.limit), count: 7 });
    await until(SERIES.limited(namespace, 'account'), 7);
    await untilLimited(scene, 'AccountPullLimit');
    const before = (await scene.condition('RateLimited'))?.lastTransitionTime;
    await world().operator.stop();

    await pod.event('p.e', { message: failed(WORDS.limit), count: 9 });
    await pod.status(BARE_BACK_OFF);
    const other = await createPod(scene, namespace, 'q');
    await other.event('q.e', { message: failed(WORDS.anonymous), count: 4, firstAgeSeconds: 30 });
    await other.status(errImagePull(WORDS.anonymous));
    await (await world().start()).whenReady();
    await until(SERIES.waiting(namespace), 2);
    await scene.untilPolicy('the gap in its status', ({ status }) => status?.rateLimit?.failuresInWindow === 13);
    expect(await world().operator.metric(SERIES.limited(namespace, 'account'))).to.equal(undefined);
    expect((await scene.condition('RateLimited'))?.lastTransitionTime).to.equal(before);
    // Later than the second in which it began to lead, in which it might be another's to count.
    await pod.event('p.e', { message: failed(WORDS.limit), count: 10, ageSeconds: -2 });
    await until(SERIES.limited(namespace, 'account'), 1);
    expect(await world().operator.metric(SERIES.limited(namespace, 'anonymous'))).to.equal(undefined);
  });

  it('take nothing back too early where pods and Events are gone: the status remembers', async () => {
    const scene = world().scene('memory');
    const namespace = await hubPolicy(scene, { rateLimit: { window: '30s' } });
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.e', { message: failed(WORDS.limit) });
    await untilLimited(scene, 'AccountPullLimit');
    const said = await scene.condition('RateLimited');
    await world().operator.stop();
    await pod.delete();
    await pod.expire('p.e');
    await (await world().start()).whenReady();
    const observed = `registry_credentials_policy_condition{policy="${scene.name}",type="RateLimited",status="True"}`;
    await until(observed, 1);
    expect(await scene.condition('RateLimited')).to.deep.equal(said);
    await scene.until(
      'over in its time',
      async () => (await scene.condition('RateLimited'))?.reason === 'NoRecentFailures' || undefined,
      45_000,
    );
  });

  it('are told by the leader alone; a change of leader counts nothing twice and keeps the gauge', async () => {
    const scene = world().scene('leader');
    const namespace = await hubPolicy(scene);
    const leader = world().operator;
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.e', { message: failed(WORDS.limit), count: 1 });
    await until(SERIES.limited(namespace, 'account'), 1, leader);
    const follower = await (await world().start()).whenReady();
    await pod.event('p.e', { message: failed(WORDS.limit), count: 5 });
    await pod.status(BARE_BACK_OFF);
    await until(SERIES.limited(namespace, 'account'), 5, leader);
    await until(SERIES.waiting(namespace), 1, leader);
    const { items } = await world().api.list(LEASES, { namespace: OPERATOR_NAME });
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal([LEASE_NAME]);
    const silent = await follower.metrics();
    expect(silent).not.to.match(/^registry_credentials_(image_pull|rate_limited|policy|unreached|kubelet)\w*\{/m);

    await leader.stop();
    await scene.until(
      'the follower leads',
      async () => (await follower.metric(`leader_election_master_status{name="${LEASE_NAME}"}`)) === 1 || undefined,
      SUCCESSION_WITHIN,
    );
    await until(SERIES.waiting(namespace), 1, follower);
    expect(await follower.metric(SERIES.limited(namespace, 'account'))).to.equal(undefined);
    // Later than the second of the change, in which it might be the old leader's to count.
    await pod.event('p.e', { message: failed(WORDS.limit), count: 8, ageSeconds: -2 });
    await until(SERIES.limited(namespace, 'account'), 3, follower);
    expect((await scene.condition('RateLimited'))?.reason).to.equal('AccountPullLimit');
  });

  it('are not observed while RBAC hides pods or Events, and are again when it shows them', async () => {
    const scene = world().scene('blind');
    await world().operator.stop();
    const name = OPERATOR_NAME;
    const role = await world().api.get(CLUSTER_ROLES, { name });
    const rules = 'rules' in role && Array.isArray(role.rules) ? (role.rules as { resources?: string[] }[]) : [];
    const without = rules.filter(({ resources = [] }) => !resources.includes('events'));
    expect(without.length).to.be.lessThan(rules.length);
    try {
      await world().api.patch(CLUSTER_ROLES, { name }, { rules: without }, 'merge');
      await world().start();
      await scene.namespace('a');
      await scene.source(dockerConfigJson({ [HUB]: login('u', 'p') }));
      await scene.policy();
      const policy = await scene.untilPolicy('nothing observed', ({ status }) =>
        (status?.conditions ?? []).some(
          ({ type, status: now, reason, message }) =>
            type === 'RateLimited' && now === 'Unknown' && reason === 'NothingObserved' && message.includes('events'),
        ),
      );
      expect(policy.status?.conditions?.find(({ type }) => type === 'CredentialsAccepted')?.reason).to.equal(
        'NothingObserved',
      );
    } finally {
      await world().api.patch(CLUSTER_ROLES, { name }, { rules }, 'merge');
    }
    await scene.until(
      'observed again',
      async () => (await scene.condition('RateLimited'))?.reason === 'NoRecentFailures' || undefined,
      70_000,
    );
  });
});
