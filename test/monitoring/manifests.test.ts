import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { DASHBOARD_FILE } from '../../scripts/generate-monitoring.ts';
import { isRecord, list, pick, render, renderOverlay, type Manifest } from '../config/kustomize.ts';
import { readRules } from './rule-file.ts';

const only = (manifests: readonly Manifest[], kind: string): Manifest => {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found).to.have.length(1);
  return found[0] ?? expect.fail();
};

const runbooksOf = (manifests: readonly Manifest[]): unknown[] =>
  list(only(manifests, 'PrometheusRule'), 'spec', 'groups')
    .flatMap((group) => list(group, 'rules'))
    .flatMap((rule) => pick(rule, 'annotations', 'runbook_url') ?? []);

/** The kustomization that docs/monitoring.md shows. */
async function documentedOverlay(): Promise<Record<string, unknown>> {
  const page = await readFile(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => load(yaml));
  return blocks.filter(isRecord).find((block) => 'replacements' in block) ?? expect.fail();
}

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

  it('fills in where the runbooks are, in every alert, as in rules.yaml', async () => {
    const expected = (await readRules())
      .filter(({ isAlert }) => isAlert)
      .map(({ annotations }) => annotations['runbook_url']);
    expect(runbooksOf(manifests)).to.deep.equal(expected);
  });

  it('lets an overlay say where they are, as docs/monitoring.md shows', async () => {
    const overlay = await documentedOverlay();
    expect(overlay['resources']).to.deep.equal(['registry-credential-operator/config/prometheus']);
    const moved = await renderOverlay((from) => ({ ...overlay, resources: [from('prometheus')] }));
    expect(moved.map(({ kind }) => kind)).to.have.members(['ServiceMonitor', 'PrometheusRule']);
    const anchors = runbooksOf(manifests).map((url) => String(url).split('#')[1] ?? '');
    expect(runbooksOf(moved)).to.deep.equal(
      anchors.map((anchor) => `https://docs.example.com/registry-credential-operator/troubleshooting.md#${anchor}`),
    );
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
