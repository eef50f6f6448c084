import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { DASHBOARD_FILE } from '../../scripts/generate-monitoring.ts';
import { list, pick, render, type Manifest } from '../config/kustomize.ts';

const only = (manifests: readonly Manifest[], kind: string): Manifest => {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found).to.have.length(1);
  return found[0] ?? expect.fail();
};

describe('config/prometheus', function () {
  this.timeout(60_000);
  let manifests: readonly Manifest[] = [];
  let operator: readonly Manifest[] = [];
  before(async () => {
    [manifests, operator] = await Promise.all([render('prometheus'), render('default')]);
  });

  it('is apart from config/default, since its kinds need the CRDs of the Prometheus operator', () => {
    expect(manifests.map(({ kind }) => kind)).to.have.members(['ServiceMonitor', 'PrometheusRule']);
    expect(operator.filter(({ apiVersion }) => apiVersion.startsWith('monitoring.coreos.com'))).to.deep.equal([]);
  });

  it('monitors the Service of the metrics, on a port that it has', () => {
    const [monitor, service] = [only(manifests, 'ServiceMonitor'), only(operator, 'Service')];
    expect(monitor.metadata.namespace).to.equal(service.metadata.namespace);
    expect(service.metadata.labels).to.include(pick(monitor, 'spec', 'selector', 'matchLabels'));
    const ports = list(service, 'spec', 'ports').map((port) => pick(port, 'name'));
    expect(ports).to.include(pick(monitor, 'spec', 'endpoints', 0, 'port'));
  });

  it("keeps the label `namespace` of the pull, which Prometheus would replace by the operator's own", () => {
    expect(pick(only(manifests, 'ServiceMonitor'), 'spec', 'endpoints', 0, 'honorLabels')).to.equal(true);
  });
});

describe('config/grafana', function () {
  this.timeout(60_000);

  it('is one ConfigMap with the dashboard, labelled for the sidecar', async () => {
    const map = only(await render('grafana'), 'ConfigMap');
    expect(map.metadata.labels).to.include({ grafana_dashboard: '1' });
    expect(map.metadata.name).to.equal('registry-credential-operator-dashboard');
    expect(map['data']).to.deep.equal({ 'registry-credentials.json': await readFile(DASHBOARD_FILE, 'utf8') });
  });
});
