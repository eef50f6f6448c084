import { access } from 'node:fs/promises';
import { expect } from 'chai';
import { workspace } from '../../cluster/fixtures/workspace.ts';
import { prometheusOperatorCrds } from './crds.ts';

describe('the CRDs of the Prometheus operator', function () {
  this.timeout(0);

  it('are files of the module that go.mod pins', async () => {
    const paths = await prometheusOperatorCrds(['servicemonitors', 'prometheusrules']);
    for (const path of paths) await access(path);
    expect(paths[0]).to.match(/prometheus-operator@v\d.*servicemonitors\.yaml$/);
  });

  it('are those of RCO_TEST_PROMETHEUS_CRDS where it is set', async () => {
    const paths = await prometheusOperatorCrds(['servicemonitors'], { RCO_TEST_PROMETHEUS_CRDS: '/crds' });
    expect(paths).to.deep.equal(['/crds/monitoring.coreos.com_servicemonitors.yaml']);
  });

  it('ask for Go where there is none, or for RCO_TEST_PROMETHEUS_CRDS', async () => {
    await using space = await workspace();
    const failure = await prometheusOperatorCrds(['servicemonitors'], space.env).catch(String);
    expect(failure).to.contain('install Go 1.24').and.to.contain('RCO_TEST_PROMETHEUS_CRDS');
  });
});
