import { expect } from 'chai';
import { NAMESPACES, SECRETS } from '../../src/kube/resources.ts';
import { usePromtool } from '../monitoring/promtool.ts';
import { PrometheusServer, type Sample } from '../monitoring/prometheus-server.ts';
import { panelQueries, type PanelQuery } from '../monitoring/panel-queries.ts';
import { readRules } from '../monitoring/rule-file.ts';
import { createPod, failToPull, startContainer } from './kubelet.ts';
import { COPY, dockerConfigJson, login, opaque, secretObject } from './objects.ts';
import { useWorld } from './world.ts';

/** Longer than any rate of the dashboard needs, at two scrapes a second. */
const SCRAPED_WITHIN = 20_000;
const HUB = 'https://index.docker.io/v1/';
const IMAGE = 'acme/monitored:1';
const MANIFEST = 'https://registry-1.docker.io/v2/acme/monitored/manifests/1';
const limited = (words: string): string =>
  `failed to pull and unpack image "docker.io/${IMAGE}": failed to copy: httpReadSeeker: failed open: ` +
  `unexpected status code ${MANIFEST}: 429 Too Many Requests - Server message: toomanyrequests: ${words}`;
const UNAUTHENTICATED = limited(
  'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
);
const ACCOUNT = limited(
  "You have reached your pull rate limit as 'user': dckr_jti_AAAA=. You may increase the limit by upgrading. " +
    'https://www.docker.com/increase-rate-limit',
);
const ABUSE = limited('Too Many Requests (HAP429).');
const REFUSED =
  `failed to pull and unpack image "docker.io/${IMAGE}": failed to resolve reference "docker.io/${IMAGE}": ` +
  `unexpected status from HEAD request to ${MANIFEST}: 401 Unauthorized`;
const WHY = 'Why the credential did not reach the pull';
const HELD_BACK = 'pull QPS exceeded';

const queries = await panelQueries();
const rules = await readRules();

describe('a real Prometheus that scrapes the operator', function () {
  this.timeout(60_000);
  const world = useWorld('monitor');
  const promtool = usePromtool();
  let started: PrometheusServer | undefined;
  const prometheus = (): PrometheusServer => started ?? expect.fail('Prometheus runs only during the tests');

  before(async function () {
    this.timeout(0);
    const address = world().operator.logs.find(({ message }) => message === 'listening')?.['metrics'];
    started = await PrometheusServer.start(String(address));
  });
  after(async () => {
    await started?.stop();
  });

  const queryOf = (panel: string, refId: string): PanelQuery =>
    queries.find((each) => each.panel === panel && each.refId === refId) ??
    expect.fail(`the dashboard has no panel ${panel} ${refId}`);

  /** Waits until a panel's query gives a sample that holds. @throws Error with what it gave last */
  async function untilShown(panel: string, holds: (sample: Sample) => boolean, refId = 'A'): Promise<Sample> {
    const { expr } = queryOf(panel, refId);
    let last: readonly Sample[] = [];
    const look = async (): Promise<Sample | undefined> => {
      last = await prometheus().query(expr);
      return last.find(holds);
    };
    try {
      return await world().scene('any').until(`panel ${panel} ${refId}`, look, SCRAPED_WITHIN);
    } catch (error) {
      throw new Error(`${String(error)}; it shows ${JSON.stringify(last)}`);
    }
  }

  const untilAlert = (name: string, state: string, labels: Readonly<Record<string, string>>): Promise<true> =>
    world()
      .scene('any')
      .until(
        `alert ${name} ${state}`,
        async () => {
          const alerts = (await prometheus().rules()).find((rule) => rule.name === name)?.alerts ?? [];
          const isMeant = (alert: (typeof alerts)[number]): boolean =>
            Object.entries(labels).every(([label, value]) => alert.labels[label] === value);
          if (state === 'inactive') return alerts.some(isMeant) ? undefined : true;
          return alerts.some((alert) => isMeant(alert) && alert.state === state) ? true : undefined;
        },
        SCRAPED_WITHIN,
      );

  it('finds nothing to complain about in the metrics: promtool check metrics', async () => {
    const { ok, output } = await promtool(['check', 'metrics'], await world().operator.metrics());
    expect(ok, output).to.equal(true);
    expect(output).to.equal('');
  });

  describe('through a rotation and a conflict', () => {
    const policy = 'monitor-story';
    const ofPolicy =
      (value: number) =>
      (sample: Sample): boolean =>
        sample.labels['policy'] === policy && sample.value === value;

    before(async () => {
      const scene = world().scene('story');
      for (const suffix of ['a', 'b', 'c']) await scene.namespace(suffix);
      await scene.source();
      await scene.policy();
      // Scraped before and after the rotation, and before and after a namespace comes, so that a rate can be seen.
      await untilShown('Policies', ofPolicy(3), 'C');
      await scene.rotate(dockerConfigJson({ 'registry.example.com': login('user', 'second') }));
      await scene.untilPolicy('rotated', ({ status }) => status?.lastRotation !== undefined);
      await scene.namespace('late');
      await scene.untilSynced(4);

      const { name: namespace } = world().scene('taken-by-others');
      await world().api.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      await world().api.create(SECRETS, { namespace }, secretObject({ name: COPY, namespace }, opaque({})));
      await scene.patchPolicy({ namespaces: { include: ['monitor-story-*', namespace] } });
      await scene.untilReason('Ready', 'NamespacesFailing');
    });

    const shown: readonly (readonly [panel: string, refId: string, holds: (sample: Sample) => boolean])[] = [
      ['Policies', 'A', ofPolicy(0)],
      ['Policies', 'B', ofPolicy(5)],
      ['Policies', 'C', ofPolicy(4)],
      ['Policies', 'D', ofPolicy(1)],
      ['Policies', 'E', ofPolicy(5)],
      ['Policies', 'F', ofPolicy(4)],
      ['Policies', 'G', ({ labels, value }) => labels['policy'] === policy && value >= 0 && value < 60],
      ['Namespaces that fail', 'A', (sample) => ofPolicy(1)(sample) && sample.labels['reason'] === 'Conflict'],
      ['Policies that are not ready', 'A', ({ value }) => value >= 1],
      ['Namespaces in sync', 'A', ({ value }) => value > 0 && value < 1],
      ['Oldest credentials', 'A', ({ value }) => value >= 0],
      ['Copies whose policies are gone', 'A', ({ value }) => value >= 0],
      ['Rotations', 'B', ({ value }) => value > 0],
      ['New namespaces', 'B', ({ value }) => value > 0],
      ['Leaders', 'A', ({ value }) => value === 1],
      ['Replicas', 'A', ({ value }) => value === 1],
      ['Longest blind time', 'A', ({ value }) => value === 0],
      ['Errors, last 15 minutes', 'A', ({ value }) => value >= 0],
      ['Reconciliations', 'A', ({ labels, value }) => labels['result'] === 'success' && value > 0],
      ['Keys that wait', 'A', ({ labels, value }) => labels['name'] !== undefined && value >= 0],
      ['Time in the queue', 'A', ({ value }) => value > 0],
      ['Requests to the API server', 'A', ({ labels, value }) => labels['code'] === '200' && value > 0],
      ['Writes', 'A', ({ labels, value }) => labels['operation'] !== undefined && value > 0],
      ['Writes', 'B', ({ labels, value }) => labels['operation'] !== undefined && value > 0],
      ['Objects in the caches', 'A', ({ labels, value }) => labels['watch'] === 'namespaces' && value > 4],
      ['Memory', 'A', ({ value }) => value > 10_000_000],
      ['CPU', 'A', ({ value }) => value > 0],
      ['Event loop lag', 'A', ({ value }) => value > 0],
    ];
    for (const [panel, refId, holds] of shown)
      it(`shows it in the panel "${panel}" ${refId}`, async () => {
        await untilShown(panel, holds, refId);
      });

    it('has the alerts for the policy pending, and none for the operator', async () => {
      await untilAlert('RegistryCredentialPolicyNotReady', 'pending', { policy });
      await untilAlert('RegistryCredentialsOutdated', 'pending', { policy });
      for (const name of ['RegistryCredentialOperatorNoLeader', 'RegistryCredentialOperatorBlind'])
        await untilAlert(name, 'inactive', {});
    });
  });

  describe('through limits', () => {
    const registry = 'docker.io';
    const at =
      (namespace: string, labels: Readonly<Record<string, string>> = {}) =>
      (sample: Sample): boolean =>
        sample.value === 1 &&
        Object.entries({ namespace, ...labels }).every(([label, value]) => sample.labels[label] === value);
    const atLeastOne = ({ value }: Sample): boolean => value >= 1;

    /** A scene whose namespace `a` has a pod from before the policy, and after it one with the policy's credential. */
    async function covered(name: string) {
      const scene = world().scene(name);
      const namespace = await scene.namespace('a');
      const early = await createPod(world().api, { namespace, name: 'early', image: IMAGE });
      await scene.source(dockerConfigJson({ [HUB]: login('user', 'first') }));
      await scene.policy();
      await scene.untilSynced(1);
      const late = await createPod(world().api, { namespace, name: 'late', image: IMAGE });
      return { namespace, early, late };
    }

    it('shows an anonymous one: where, as whom and why; and that it is over', async () => {
      const { namespace, early } = await covered('anonymous');
      await failToPull(world().api, early, UNAUTHENTICATED);
      await untilShown('Limited pulls', at(namespace, { registry, kind: 'anonymous' }));
      await untilShown('Containers waiting now', at(namespace, { registry }));
      await untilShown('As whom', (each) => each.labels['kind'] === 'anonymous' && atLeastOne(each));
      await untilShown(WHY, ({ labels }) => labels['cause'] === 'AdmittedBefore');
      for (const panel of [
        'Containers waiting because of a limit',
        'Limited pulls, last 15 minutes',
        'Policies that are limited',
      ])
        await untilShown(panel, atLeastOne);
      for (const panel of ['Limited pulls over time', 'Waiting containers over time'])
        await untilShown(panel, (each) => each.labels['registry'] === registry && atLeastOne(each));
      await untilAlert('ImagePullsRateLimitedAnonymously', 'firing', { registry, namespace });
      await untilAlert('ContainersWaitingForRateLimit', 'pending', { registry, namespace });

      await startContainer(world().api, early);
      await untilAlert('ContainersWaitingForRateLimit', 'inactive', { namespace });
    });

    it('shows one of an account, and one for too many requests at once', async () => {
      const { namespace, early, late } = await covered('account');
      await failToPull(world().api, late, ACCOUNT);
      await failToPull(world().api, early, ABUSE);
      for (const kind of ['account', 'abuse']) await untilShown('Limited pulls', at(namespace, { registry, kind }));
      await untilAlert('ImagePullsRateLimitedAsAccount', 'firing', { registry, namespace });
      await untilAlert('ImagePullsRateLimitedOtherwise', 'firing', { registry, namespace, kind: 'abuse' });
    });

    it('shows a login that is refused', async () => {
      const { namespace, late } = await covered('refused');
      await failToPull(world().api, late, REFUSED);
      await untilShown('Refused pulls', at(namespace, { registry }));
      await untilShown('Policies whose login is refused', atLeastOne);
      await untilAlert('RegistryCredentialsRefused', 'firing', { policy: 'monitor-refused' });
    });

    it('shows a limit that no policy covers, and pulls that the kubelet holds back', async () => {
      const scene = world().scene('uncovered');
      const namespace = await scene.namespace('a');
      const [limitedPod, heldPod] = [
        await createPod(world().api, { namespace, name: 'limited', image: IMAGE }),
        await createPod(world().api, { namespace, name: 'held', image: IMAGE }),
      ];
      await failToPull(world().api, limitedPod, UNAUTHENTICATED);
      await failToPull(world().api, heldPod, HELD_BACK);
      await untilShown('Limited pulls that no policy covers', at(namespace, { registry }));
      await untilShown("Pulls held back by the kubelet's own limit", at(namespace));
    });
  });

  describe('after the story', () => {
    for (const { row, panel, refId, expr, isRange } of queries)
      it(`evaluates the query ${refId} of "${panel}" under "${row}"`, async () => {
        await prometheus().query(expr);
        if (isRange) await prometheus().range(expr, 30);
      });

    for (const { name, expr } of rules)
      it(`evaluates the rule ${name}`, async () => {
        await prometheus().query(expr);
      });

    it('has evaluated every rule without an error', async () => {
      const states = await prometheus().rules();
      expect(states.map(({ name }) => name)).to.have.members(rules.map(({ name }) => name));
      expect(states.filter(({ health }) => health !== 'ok')).to.deep.equal([]);
    });
  });
});
