import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { load } from 'js-yaml';
import {
  PROMETHEUS_RULE_FILE,
  RULES_FILE,
  rulesFile,
  RUNBOOKS,
  runbooksPage,
} from '../../scripts/generate-monitoring.ts';
import { list, pick } from '../config/kustomize.ts';
import { usePromtool } from './promtool.ts';
import { readRules, type Rule } from './rule-file.ts';

const FOLDER = join(import.meta.dirname, 'rules');
const files = await readdir(FOLDER);
const rules = await readRules();
const alerts = rules.filter(({ isAlert }) => isAlert);

/** As code hosts make the anchor of a heading of one word. */
async function anchors(): Promise<string[]> {
  const page = await readFile(join(import.meta.dirname, '../..', RUNBOOKS), 'utf8');
  return [...page.matchAll(/^#+ (\w+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
}

describe('the rules', () => {
  const promtool = usePromtool();
  let folder = '';

  /** The tests expect runbooks in this repository, so that they hold wherever rules.yaml says that these are. */
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rco-rules-'));
    await cp(FOLDER, folder, { recursive: true });
    await writeFile(
      join(folder, 'rules.yaml'),
      await rulesFile(await readFile(PROMETHEUS_RULE_FILE, 'utf8'), RUNBOOKS),
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('pass promtool check rules, its lints too', async () => {
    const { ok, output } = await promtool(['check', 'rules', '--lint=all', '--lint-fatal', fileURLToPath(RULES_FILE)]);
    expect(ok, output).to.equal(true);
    expect(output).to.contain(`SUCCESS: ${rules.length.toString()} rules found`);
  });

  for (const file of files) {
    it(`do as test/monitoring/rules/${file} says`, async () => {
      const { ok, output } = await promtool(['test', 'rules', join(folder, file)]);
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
      const [page, anchor] = String(annotations['runbook_url']).split('#');
      expect(page).to.equal(await runbooksPage());
      expect(await anchors()).to.include(anchor);
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
