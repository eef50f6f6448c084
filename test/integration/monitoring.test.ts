import { expect } from 'chai';
import { usePromtool } from '../monitoring/promtool.ts';
import { PrometheusServer, type Sample } from '../monitoring/prometheus-server.ts';
import { panelQueries, type PanelQuery } from '../monitoring/panel-queries.ts';
import { readRules } from '../monitoring/rule-file.ts';
import { createPod, failToPull, startContainer } from './kubelet.ts';
import { COPY, dockerConfigJson, login, opaque, secretObject } from './objects.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { useWorld } from './world.ts';

/** Longer than any rate of the dashboard needs, at two scrapes a second. */
const SCRAPED_WITHIN = 20_000;
const HUB = 'https://index.docker.io/v1/';
const IMAGE = 'acme/monitored:1';
const UNAUTHENTICATED =
  'failed to pull and unpack image "docker.io/acme/monitored:1": failed to copy: httpReadSeeker: failed open: ' +
  'unexpected status code https://registry-1.docker.io/v2/acme/monitored/manifests/1: 429 Too Many Requests - ' +
  'Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. ' +
  'https://www.docker.com/increase-rate-limit';

const queries = await panelQueries();
const rules = await readRules();

describe('a real Prometheus that scrapes the operator', function () {
  this.timeout(60_000);
  const world = useWorld('monitor');
  const promtool = usePromtool();
  let prometheus: PrometheusServer;

  before(async function () {
    this.timeout(0);
    const address = world().operator.logs.find(({ message }) => message === 'listening')?.['metrics'];
    prometheus = await PrometheusServer.start(String(address));
  });
  after(async () => {
    await prometheus.stop();
  });

  const queryOf = (panel: string, refId = 'A', row = ''): PanelQuery =>
    queries.find((each) => each.panel === panel && each.refId === refId && each.row.includes(row)) ??
    expect.fail(`the dashboard has no panel ${panel} ${refId}`);

  /** Waits until a panel's query gives a sample that holds. @throws Error with what it gave last */
  async function untilShown(panel: string, holds: (sample: Sample) => boolean, refId = 'A', row = ''): Promise<Sample> {
    const { expr } = queryOf(panel, refId, row);
    let last: readonly Sample[] = [];
    const look = async (): Promise<Sample | undefined> => {
      last = await prometheus.query(expr);
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
          const alerts = (await prometheus.rules()).find((rule) => rule.name === name)?.alerts ?? [];
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
      const taken = await scene.namespace('taken');
      await world().api.create(
        SECRETS,
        { namespace: taken },
        secretObject({ name: COPY, namespace: taken }, opaque({})),
      );
      await scene.source();
      await scene.policy();
      await scene.untilReason('Ready', 'NamespacesFailing');
      // Two scrapes before the rotation, so that its rate can be seen.
      await untilShown('Policies', ofPolicy(4), 'B');
      await scene.rotate(dockerConfigJson({ 'registry.example.com': login('user', 'second') }));
      await scene.untilPolicy('rotated', ({ status }) => status?.lastRotation !== undefined);
    });

    const shown: readonly (readonly [panel: string, refId: string, holds: (sample: Sample) => boolean])[] = [
      ['Policies', 'A', ofPolicy(0)],
      ['Policies', 'B', ofPolicy(4)],
      ['Policies', 'C', ofPolicy(3)],
      ['Policies', 'D', ofPolicy(1)],
      ['Policies', 'E', ofPolicy(3)],
      ['Policies', 'F', ofPolicy(3)],
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

  describe('through a limit', () => {
    const registry = 'docker.io';

    it('shows where, as whom and why, and alerts; and that it is over', async () => {
      const { api } = world();
      const scene = world().scene('limit');
      const namespace = await scene.namespace('a');
      const pod = await createPod(api, { namespace, name: 'early', image: IMAGE });
      await scene.source(dockerConfigJson({ [HUB]: login('user', 'first') }));
      await scene.policy();
      await scene.untilSynced(1);
      await failToPull(api, pod, UNAUTHENTICATED);

      const here = ({ labels }: Sample): boolean =>
        labels['namespace'] === namespace && labels['registry'] === registry;
      const kind = 'anonymous';
      await untilShown(
        'Limited pulls',
        (each) => here(each) && each.labels['kind'] === kind && each.value === 1,
        'A',
        'Where',
      );
      await untilShown('Containers waiting now', (each) => here(each) && each.value === 1);
      await untilShown('As whom', ({ labels, value }) => labels['kind'] === kind && value >= 1);
      await untilShown(
        'Why the credential did not reach the pull',
        (each) => each.labels['cause'] === 'AdmittedBefore',
      );
      await untilShown('Limited pulls, last 15 minutes', ({ value }) => value >= 1);
      await untilShown('Policies that are limited', ({ value }) => value >= 1);
      await untilAlert('ImagePullsRateLimitedAnonymously', 'firing', { registry, namespace });
      await untilAlert('ContainersWaitingForRateLimit', 'pending', { registry, namespace });

      await startContainer(api, pod);
      await untilAlert('ContainersWaitingForRateLimit', 'inactive', { namespace });
    });
  });

  describe('after the story', () => {
    for (const { row, panel, refId, expr, isRange } of queries)
      it(`evaluates the query ${refId} of "${panel}" under "${row}"`, async () => {
        await prometheus.query(expr);
        if (isRange) await prometheus.range(expr, 30);
      });

    for (const { name, expr } of rules)
      it(`evaluates the rule ${name}`, async () => {
        await prometheus.query(expr);
      });

    it('has evaluated every rule without an error', async () => {
      const states = await prometheus.rules();
      expect(states.map(({ name }) => name)).to.have.members(rules.map(({ name }) => name));
      expect(states.filter(({ health }) => health !== 'ok')).to.deep.equal([]);
    });
  });
});
