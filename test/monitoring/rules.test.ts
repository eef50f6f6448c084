import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { RULES_FILE } from '../../scripts/generate-monitoring.ts';
import { list, pick } from '../config/kustomize.ts';
import { usePromtool } from './promtool.ts';
import { readRules, type Rule } from './rule-file.ts';

const FOLDER = join(import.meta.dirname, 'rules');
const RUNBOOKS = 'https://registrycredentials.dev/docs/troubleshooting.md#';
const files = await readdir(FOLDER);
const rules = await readRules();
const alerts = rules.filter(({ isAlert }) => isAlert);

/** As code hosts make the anchor of a heading of one word. */
async function anchors(): Promise<string[]> {
  const page = await readFile(join(import.meta.dirname, '../../docs/troubleshooting.md'), 'utf8');
  return [...page.matchAll(/^#+ (\w+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
}

describe('the rules', () => {
  const promtool = usePromtool();

  it('pass promtool check rules, its lints too', async () => {
    const { ok, output } = await promtool(['check', 'rules', '--lint=all', '--lint-fatal', fileURLToPath(RULES_FILE)]);
    expect(ok, output).to.equal(true);
    expect(output).to.contain(`SUCCESS: ${rules.length.toString()} rules found`);
  });

  for (const file of files) {
    it(`do as test/monitoring/rules/${file} says`, async () => {
      const { ok, output } = await promtool(['test', 'rules', join(FOLDER, file)]);
      expect(ok, output).to.equal(true);
    });
  }
});

describe('every alert', () => {
  it('has a file of its own in test/monitoring/rules', () => {
    expect(files.toSorted()).to.deep.equal(alerts.map(({ name }) => `${name}.yaml`).toSorted());
  });

  for (const { name, labels, annotations } of alerts) {
    it(`${name}: fires, does not fire, and heals in its test`, async () => {
      const expected = await expectations(name);
      const fires = expected.map((alertsThen) => alertsThen > 0);
      expect(fires).to.include(true);
      expect(fires.at(-1)).to.equal(false);
      const healed = fires.some((now, index) => now && fires.slice(index + 1).includes(false));
      expect(healed, 'quiet after it has fired').to.equal(true);
    });

    it(`${name}: has a severity, a static sentence, a description, and a runbook that exists`, async () => {
      expect(labels).to.have.all.keys('severity');
      expect(['info', 'warning', 'critical']).to.include(labels['severity']);
      expect(annotations).to.have.all.keys('summary', 'description', 'runbook_url');
      expect(annotations['summary']).to.match(/^[A-Z][^{}]*\.$/);
      const url = String(annotations['runbook_url']);
      expect(url.startsWith(RUNBOOKS)).to.equal(true);
      expect(await anchors()).to.include(url.slice(RUNBOOKS.length));
    });
  }
});

/** How many alerts are expected at each moment of a test file, in its order. */
async function expectations(name: Rule['name']): Promise<number[]> {
  const file: unknown = load(await readFile(join(FOLDER, `${name}.yaml`), 'utf8'));
  return list(file, 'tests')
    .flatMap((test) => list(test, 'alert_rule_test'))
    .filter((moment) => pick(moment, 'alertname') === name)
    .map((moment) => list(moment, 'exp_alerts').length);
}
