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
export const RULES_FILE = new URL('../config/prometheus/rules.yaml', import.meta.url);
export const DASHBOARD_FILE = new URL('../config/grafana/registry-credentials.json', import.meta.url);

const BANNER = '# Made from prometheus-rule.yaml by `node scripts/generate-monitoring.ts`; do not edit.\n';

/**
 * The groups of a PrometheusRule as a rule file of Prometheus.
 * @param prometheusRule its YAML
 * @throws Error when it has no `spec.groups`
 */
export async function rulesFile(prometheusRule: string): Promise<string> {
  const parsed: unknown = load(prometheusRule);
  const spec = isObject(parsed) ? parsed['spec'] : undefined;
  if (!isObject(spec) || !Array.isArray(spec['groups'])) throw new Error('a PrometheusRule has spec.groups');
  const groups: unknown = spec['groups'];
  return formatted(BANNER + dump({ groups }, { lineWidth: 120, noRefs: true }), RULES_FILE);
}

/** The dashboard as Grafana reads it. */
export const dashboardFile = (): Promise<string> => formatted(JSON.stringify(dashboard()), DASHBOARD_FILE);

async function formatted(text: string, file: URL): Promise<string> {
  const filepath = fileURLToPath(file);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(RULES_FILE, await rulesFile(await readFile(PROMETHEUS_RULE_FILE, 'utf8')));
  await writeFile(DASHBOARD_FILE, await dashboardFile());
}
