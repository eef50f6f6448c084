import { join } from 'node:path';
import { expect } from 'chai';
import type { KubectlResult } from '../cluster/kubectl.ts';
import { useOperatorCluster } from '../cluster/shared.ts';
import { prometheusOperatorCrds } from '../monitoring/prometheus-operator/crds.ts';

const CONFIG = join(import.meta.dirname, '../../config');
const PLURALS = ['servicemonitors', 'prometheusrules'];
const CRDS = PLURALS.map((plural) => `crd/${plural}.monitoring.coreos.com`);

describe('config/prometheus and config/grafana, offered to a real API server with the CRDs of the Prometheus operator', function () {
  this.timeout(60_000);
  const cluster = useOperatorCluster();

  const kubectl = (args: readonly string[], input = ''): Promise<KubectlResult> =>
    cluster().plane.kubectl(args, { input });
  const offer = (...args: readonly string[]): Promise<KubectlResult> =>
    kubectl(['apply', '--dry-run=server', '--validate=strict', '-o', 'name', ...args]);
  async function succeeds(args: readonly string[]): Promise<void> {
    const { code, stderr } = await kubectl(args);
    expect(code, stderr).to.equal(0);
  }

  before(async function () {
    this.timeout(0);
    for (const path of await prometheusOperatorCrds(PLURALS)) await succeeds(['apply', '--server-side', '-f', path]);
    await succeeds(['wait', '--for=condition=Established', ...CRDS, '--timeout=60s']);
  });
  after(() => kubectl(['delete', ...CRDS]));

  const folders = [
    ['prometheus', ['prometheusrule.monitoring.coreos.com', 'servicemonitor.monitoring.coreos.com']],
    ['grafana', ['configmap']],
  ] as const;
  for (const [folder, kinds] of folders)
    it(`config/${folder} is taken in strict validation, without a warning`, async () => {
      const { code, stdout, stderr } = await offer('-k', join(CONFIG, folder));
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      expect(
        stdout
          .trim()
          .split('\n')
          .map((name) => name.split('/')[0]),
      ).to.have.members(kinds);
    });

  const mistakes = [
    ['honorLabels: true', 'honourLabels: true', 'unknown field "spec.endpoints[0].honourLabels"'],
    ['interval: 30s', 'interval: 30', 'spec.endpoints[0].interval'],
    ['for: 15m', 'for: a while', 'spec.groups[0].rules'],
    ['alert: RegistryCredentialsRefused', 'alarm: RegistryCredentialsRefused', 'unknown field'],
  ] as const;
  for (const [right, wrong, sentence] of mistakes)
    it(`"${wrong}" instead of "${right}" would be refused`, async () => {
      const { stdout: manifests } = await kubectl(['kustomize', join(CONFIG, 'prometheus')]);
      expect(manifests).to.include(right);
      const args = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
      const { code, stderr } = await kubectl(args, manifests.replace(right, wrong));
      expect(stderr).to.include(sentence);
      expect(code).to.not.equal(0);
    });
});
