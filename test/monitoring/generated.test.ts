import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import {
  DASHBOARD_FILE,
  dashboardFile,
  PROMETHEUS_RULE_FILE,
  RULES_FILE,
  rulesFile,
  runbooksPage,
} from '../../scripts/generate-monitoring.ts';
import { panelQueries } from './panel-queries.ts';

describe('what the configuration of Prometheus and Grafana holds twice', () => {
  it('is the same: rules.yaml is prometheus-rule.yaml with the address of runbooks.yaml, else run `node scripts/generate-monitoring.ts`', async () => {
    const [rule, rules] = await Promise.all([readFile(PROMETHEUS_RULE_FILE, 'utf8'), readFile(RULES_FILE, 'utf8')]);
    expect(await rulesFile(rule, await runbooksPage())).to.equal(rules);
  });

  it('is the same: the dashboard is what its source gives, else run `node scripts/generate-monitoring.ts`', async () => {
    expect(await dashboardFile()).to.equal(await readFile(DASHBOARD_FILE, 'utf8'));
  });

  it('follows a changed rule', async () => {
    const rule = await readFile(PROMETHEUS_RULE_FILE, 'utf8');
    expect(await rulesFile(rule.replace('severity: critical', 'severity: info'), 'p')).to.not.contain('critical');
  });

  it('is refused where there are no groups', async () => {
    expect(await rulesFile('kind: PrometheusRule', 'p').catch(String)).to.contain('spec.groups');
  });
});

describe('the dashboard', () => {
  it('has no two panels of one title', async () => {
    const titles = (await panelQueries()).filter(({ refId }) => refId === 'A').map(({ panel }) => panel);
    expect(titles).to.deep.equal([...new Set(titles)]);
  });

  it('lets the reader choose the Prometheus, and asks no other', async () => {
    const text = await readFile(DASHBOARD_FILE, 'utf8');
    const uids = [...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid);
    expect(new Set(uids)).to.deep.equal(new Set(['${datasource}', 'registry-credentials']));
  });
});
