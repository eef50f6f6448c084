import { expect } from 'chai';
import type { RateLimitStatus } from '../../src/api/generated.ts';
import type { KubeEvent } from '../../src/api/objects.ts';
import type { RegistryCredentialPolicy } from '../../src/api/policy.ts';
import { EVENTS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { dockerConfigJson, login } from './objects.ts';
import {
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
import { conditionOf, type Scene } from './scene.ts';
import { useWorld } from './world.ts';

const SHORT = { rateLimit: { window: '10s' } };
const DECAYS_WITHIN = 25_000;

const rateLimitOf = (policy: RegistryCredentialPolicy | undefined): RateLimitStatus => policy?.status?.rateLimit ?? {};

/** Reason and count of an Event about a limit. */
const limitEvent = ({ reason = '', count = 0 }: KubeEvent): string[] =>
  reason.startsWith('RateLimit') ? [`${reason} ${count}`] : [];

describe('what a policy says of pulls', function () {
  this.timeout(90_000);
  const world = useWorld('pullsay');
  const until = (series: string, value: number | undefined): Promise<void> =>
    untilMetric(world().scene('metric'), world().operator, series, value);
  const messageOf = async (scene: Scene): Promise<string> => (await scene.condition('RateLimited'))?.message ?? '';

  it('is that nothing happened, as long as nothing happened', async () => {
    const scene = world().scene('quiet');
    await hubPolicy(scene);
    await untilLimited(scene, 'NoRecentFailures');
    expect((await scene.condition('RateLimited'))?.status).to.equal('False');
    const accepted = await scene.condition('CredentialsAccepted');
    expect([accepted?.status, accepted?.reason]).to.deep.equal(['True', 'NoRecentRefusal']);
    expect((await scene.found())?.status?.rateLimit).to.equal(undefined);
  });

  it('is an anonymous limit for pods from before the policy, with cause, counts and names; an Event when it begins and one when it ends', async () => {
    const scene = world().scene('before');
    const namespace = await scene.namespace('a');
    const pods = [];
    for (let index = 0; index < 23; index++)
      pods.push(
        await createPod(scene, namespace, `early-${index}`, { pullPolicy: index < 2 ? 'Always' : 'IfNotPresent' }),
      );
    await scene.source(dockerConfigJson({ [HUB]: login('u', 'p') }));
    await scene.policy(SHORT);
    await scene.untilSynced(1);
    for (const pod of pods) {
      await pod.event(`${pod.name}.e`, { message: failed(WORDS.limit) });
      await pod.status(errImagePull(WORDS.limit));
    }
    const policy = await untilLimited(scene, 'AnonymousPullLimit', '"AdmittedBefore":23');
    const { namespaces, containers = { count: 0, names: [] }, registries = [] } = rateLimitOf(policy);
    expect(namespaces).to.deep.equal({ count: 1, names: [namespace] });
    expect([containers.count, containers.names.length]).to.deep.equal([23, 20]);
    expect(registries.map(({ host, kind, inferred }) => ({ host, kind, inferred }))).to.deep.equal([
      { host: 'docker.io', kind: 'anonymous', inferred: true },
    ]);
    expect(await messageOf(scene))
      .to.include('docker.io')
      .and.to.include('23 (AdmittedBefore)')
      .and.to.include('restart the workload')
      .and.to.include('23 of 23 pulled more often than need be');
    await until(SERIES.unreached(scene.name, 'AdmittedBefore'), 23);
    await until(SERIES.waiting(namespace), 23);

    for (const pod of pods) await pod.status('running', 'Running');
    await scene.until(
      'the condition False',
      async () => (await scene.condition('RateLimited'))?.status === 'False' || undefined,
      DECAYS_WITHIN,
    );
    await until(SERIES.unreached(scene.name, 'AdmittedBefore'), 0);
    await until(SERIES.waiting(namespace), undefined);
    await scene.untilEvent('RateLimitEnded');
    expect((await scene.events()).flatMap(limitEvent).sort()).to.deep.equal(['RateLimitEnded 1', 'RateLimited 1']);
    const after = await scene.found();
    expect(rateLimitOf(after).failuresInWindow).to.equal(0);
    expect(rateLimitOf(after)).to.have.property('lastFailureTime');
    expect(conditionOf(after, 'Ready')?.status).to.equal('True');
  });

  it('names each cause', async () => {
    const scene = world().scene('causes');
    const namespace = await hubPolicy(scene);
    await world().api.create(
      SERVICE_ACCOUNTS,
      { namespace },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'other', namespace } },
    );
    const pods = [
      await createPod(scene, namespace, 'own', { secrets: ['own'] }),
      await createPod(scene, namespace, 'unselected', { account: 'other' }),
      await createPod(scene, namespace, 'unexplained'),
    ];
    for (const pod of pods) await pod.status(errImagePull(WORDS.anonymous));
    await untilLimited(scene, 'AnonymousPullLimit', '"OwnPullSecrets":1,"ServiceAccountNotSelected":1,"Unexplained":1');

    const dead = world().scene('dead');
    const elsewhere = await dead.namespace('a');
    await dead.source(dockerConfigJson({ 'registry-1.docker.io': login('u', 'p') }));
    await dead.policy();
    await dead.untilSynced(1);
    await (await createPod(dead, elsewhere, 'p')).status(errImagePull(WORDS.limit));
    await untilLimited(dead, 'AnonymousPullLimit', '"KeyNeverMatches":1');
  });

  it('is a limit of the account where the pod uses the credential, or the registry says so; and nothing of the account gets out', async () => {
    const scene = world().scene('account');
    const namespace = await hubPolicy(scene);
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.e', { message: failed(WORDS.account) });
    await pod.status(errImagePull(WORDS.account));
    const policy = await untilLimited(scene, 'AccountPullLimit');
    expect(policy.status?.rateLimit?.registries?.[0]?.inferred).to.equal(false);
    await scene.untilEvent('RateLimited');
    await (await createPod(scene, namespace, 'q')).event('q.e', { message: failed(WORDS.refused) });
    await scene.untilReason('CredentialsAccepted', 'Refused');
    const ours = (await world().api.list(EVENTS, { namespace: 'default' })).items;
    const seen = JSON.stringify([
      world().operator.logs,
      await world().operator.metrics(),
      await scene.found(),
      ours,
      await world().operator.readyz(),
    ]);
    // What was searched holds the message; what was searched for is gone from it.
    expect(seen).to.include('a registry limits an image pull').and.to.include('You have reached your pull rate limit');
    for (const secret of ['PlantedUserQ7', 'PlantedTokenId9', 'PlantedScope3', 'PlantedPasswordW5'])
      expect(seen).not.to.include(secret);
  });

  it('is the limit of a registry where a credential reached one that does not say whom it limits', async () => {
    const scene = world().scene('registry');
    const namespace = await scene.namespace('a');
    await scene.source(dockerConfigJson({ 'ghcr.io': login('u', 'p') }));
    await scene.policy();
    await scene.untilSynced(1);
    const image = 'ghcr.io/harbourlight/ferry:1';
    const words = 'toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute';
    const pod = await createPod(scene, namespace, 'p', { image });
    await pod.event('p.e', { message: failed(words, image) });
    await pod.status(errImagePull(words));
    const policy = await untilLimited(scene, 'RegistryLimit');
    expect(rateLimitOf(policy).registries?.map(({ host, kind }) => [host, kind])).to.deep.equal([
      ['ghcr.io', 'unknown'],
    ]);
    expect(await messageOf(scene)).to.include('does not say whether by account, address or project');
    await until(SERIES.limited(namespace, 'unknown', 'ghcr.io'), 1);
  });

  it('is never that it is over while a container waits, and that a threshold is reached only from there on', async () => {
    const scene = world().scene('threshold');
    const namespace = await hubPolicy(scene, { rateLimit: { window: '10s', threshold: 3 } });
    await untilLimited(scene, 'NoRecentFailures');
    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.e', { message: failed(WORDS.limit), count: 1 });
    await scene.untilPolicy('one failure counted', ({ status }) => status?.rateLimit?.failuresInWindow === 1);
    expect((await scene.condition('RateLimited'))?.status).to.equal('False');
    await pod.event('p.e', { message: failed(WORDS.limit), count: 3 });
    await untilLimited(scene, 'AccountPullLimit');
    await pod.status(BARE_BACK_OFF);
    await until(SERIES.waiting(namespace), 1);
    await scene.until(
      'the window over',
      async () => ((await scene.found())?.status?.rateLimit?.failuresInWindow === 1 ? true : undefined),
      DECAYS_WITHIN,
    );
    expect((await scene.condition('RateLimited'))?.status).to.equal('True');
    await pod.status('running', 'Running');
    await untilLimited(scene, 'NoRecentFailures');
  });

  it('is that the credential is refused, on the policy whose credential it was, and that it is over after a quiet window', async () => {
    const scene = world().scene('refused');
    const namespace = await hubPolicy(scene, SHORT);
    const anonymous = await createPod(scene, namespace, 'anonymous', { secrets: ['own'] });
    await anonymous.event('anonymous.e', { message: failed(WORDS.refused) });
    await until(SERIES.refused(namespace), 1);
    expect((await scene.condition('CredentialsAccepted'))?.status).to.equal('True');

    const pod = await createPod(scene, namespace, 'p');
    await pod.event('p.e', { message: failed(WORDS.refused) });
    await pod.status(errImagePull(WORDS.refused));
    const policy = await scene.untilReason('CredentialsAccepted', 'Refused');
    expect(conditionOf(policy, 'CredentialsAccepted')?.message).to.include('check user name, password');
    expect(conditionOf(policy, 'Ready')?.status).to.equal('True');
    await scene.untilEvent('Refused');
    await pod.status('running', 'Running');
    await scene.until(
      'accepted again',
      async () => (await scene.condition('CredentialsAccepted'))?.reason === 'NoRecentRefusal' || undefined,
      DECAYS_WITHIN,
    );
    await scene.untilEvent('Accepted');
  });

  it('is that the credential is refused or the image does not exist, where registries say the same of both', async () => {
    const scene = world().scene('typo');
    const namespace = await hubPolicy(scene, SHORT);
    const pod = await createPod(scene, namespace, 'p');
    await pod.status(errImagePull(WORDS.denied));
    const typo = await scene.untilReason('CredentialsAccepted', 'Refused');
    expect(conditionOf(typo, 'CredentialsAccepted')?.message).to.include('or the image does not exist');
    await pod.status(errImagePull(WORDS.refused));
    await scene.untilPolicy(
      'no doubt',
      (policy) => conditionOf(policy, 'CredentialsAccepted')?.message.includes('check user name, password') === true,
    );
  });
});
