/**
 * Writes what config/prometheus and config/grafana hold twice: the rules as a plain rule file, from the PrometheusRule; the dashboard
 * as JSON, from config/grafana/source. Run it after each change of either; a test holds them together.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dump, load } from 'js-yaml';
import { format, resolveConfig } from 'prettier';
import { dashboard } from '../config/grafana/source/dashboard.ts';

export const PROMETHEUS_RULE_FILE = new URL('../config/prometheus/prometheus-rule.yaml', import.meta.url);
const RUNBOOKS_FILE = new URL('../config/prometheus/runbooks.yaml', import.meta.url);
export const RULES_FILE = new URL('../config/prometheus/rules.yaml', import.meta.url);
export const DASHBOARD_FILE = new URL('../config/grafana/registry-credentials.json', import.meta.url);

/** The page of the runbooks, as the PrometheusRule names it: in this repository. */
export const RUNBOOKS = 'docs/troubleshooting.md';
const BANNER =
  '# Made from prometheus-rule.yaml and runbooks.yaml by `node scripts/generate-monitoring.ts`; do not edit.\n';

/**
 * The groups of a PrometheusRule as a rule file of Prometheus, with the address of the runbooks filled in as kustomize does it.
 * @param prometheusRule its YAML @param page the address
 * @throws Error when it has no `spec.groups`
 */
export async function rulesFile(prometheusRule: string, page: string): Promise<string> {
  const groups = field(field(load(prometheusRule.replaceAll(`${RUNBOOKS}#`, `${page}#`)), 'spec'), 'groups');
  if (!Array.isArray(groups)) throw new Error('a PrometheusRule has spec.groups');
  return formatted(BANNER + dump({ groups }, { lineWidth: 120, noRefs: true }), RULES_FILE);
}

/** Where the runbooks are, as configured. @throws Error when runbooks.yaml does not say it */
export async function runbooksPage(): Promise<string> {
  const page = field(field(load(await readFile(RUNBOOKS_FILE, 'utf8')), 'data'), 'page');
  if (typeof page !== 'string') throw new Error('runbooks.yaml has data.page');
  return page;
}

/** The dashboard as Grafana reads it. */
export const dashboardFile = (): Promise<string> => formatted(JSON.stringify(dashboard()), DASHBOARD_FILE);

async function formatted(text: string, file: URL): Promise<string> {
  const filepath = fileURLToPath(file);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(RULES_FILE, await rulesFile(await readFile(PROMETHEUS_RULE_FILE, 'utf8'), await runbooksPage()));
  await writeFile(DASHBOARD_FILE, await dashboardFile());
}
