import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dump } from 'js-yaml';
import { RULES_FILE } from '../../scripts/generate-monitoring.ts';
import { Daemon, whileRunning } from '../cluster/daemon.ts';
import { logToStderr } from '../cluster/log.ts';
import { freePort } from '../cluster/ports.ts';
import { removeWhenOrphaned } from '../cluster/reaper.ts';
import { until } from '../cluster/wait.ts';
import { list, pick } from '../config/kustomize.ts';
import { findPrometheus } from './binaries.ts';

const READY_WITHIN = 20_000;
const GRACE = 3000;

/** One element of an instant vector. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as the server fares with it. */
export interface RuleState {
  readonly name: string;
  /** `ok`, `err`, or `unknown` before the first evaluation. */
  readonly health: string;
  /** Of an alert: `inactive`, `pending` or `firing`. */
  readonly state: string;
  readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** A real Prometheus with the shipped rules, on 127.0.0.1, that scrapes one address as often as a short test needs. */
export class PrometheusServer {
  readonly #url: string;
  readonly #daemon: Daemon;
  readonly #remove: () => Promise<void>;

  private constructor(url: string, daemon: Daemon, remove: () => Promise<void>) {
    this.#url = url;
    this.#daemon = daemon;
    this.#remove = remove;
  }

  /**
   * Starts it; resolves when it answers.
   * @param target host and port whose `/metrics` is scraped
   * @throws Error with its last lines when it ends; Error when it does not answer in time
   */
  static async start(target: string): Promise<PrometheusServer> {
    const { prometheus } = await findPrometheus(logToStderr);
    const directory = await mkdtemp(join(tmpdir(), 'rco-prometheus-'));
    const dismiss = removeWhenOrphaned(directory);
    const config = join(directory, 'prometheus.yaml');
    await writeFile(config, dump(configuration(target)));
    const address = `127.0.0.1:${(await freePort()).toString()}`;
    const daemon = Daemon.start(
      prometheus,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=warn',
      ],
      join(directory, 'log'),
    );
    const remove = async (): Promise<void> => {
      await dismiss();
      await rm(directory, { recursive: true, force: true });
    };
    const server = new PrometheusServer(`http://${address}`, daemon, remove);
    await whileRunning([daemon], (signal) => server.#ready(signal));
    return server;
  }

  async stop(): Promise<void> {
    await this.#daemon.stop(GRACE);
    await this.#remove();
  }

  /**
   * The value of a query now.
   * @throws Error with the server's words when it does not parse or cannot be evaluated
   */
  async query(query: string): Promise<readonly Sample[]> {
    const data = await this.#get('query', { query });
    if (pick(data, 'resultType') !== 'vector') throw new Error(`${query} gives no vector`);
    return list(data, 'result').map((series) => ({
      labels: labelsOf(pick(series, 'metric')),
      value: Number(pick(series, 'value', 1)),
    }));
  }

  /** The values of a query over the last seconds, one list for each series. @throws Error as `query` does */
  async range(query: string, seconds: number): Promise<readonly (readonly number[])[]> {
    const end = Date.now() / 1000;
    const span = { start: (end - seconds).toString(), end: end.toString(), step: '1' };
    const data = await this.#get('query_range', { query, ...span });
    return list(data, 'result').map((series) => list(series, 'values').map((point) => Number(pick(point, 1))));
  }

  async rules(): Promise<readonly RuleState[]> {
    return list(await this.#get('rules', {}), 'groups')
      .flatMap((group) => list(group, 'rules'))
      .map((rule) => ({
        name: String(pick(rule, 'name')),
        health: String(pick(rule, 'health')),
        state: String(pick(rule, 'state')),
        alerts: list(rule, 'alerts').map((alert) => ({
          state: String(pick(alert, 'state')),
          labels: labelsOf(pick(alert, 'labels')),
        })),
      }));
  }

  async #ready(signal: AbortSignal): Promise<void> {
    const look = async (): Promise<true | undefined> => {
      const response = await fetch(`${this.#url}/-/ready`, { signal }).catch(() => undefined);
      return response?.ok === true ? true : undefined;
    };
    await until(look, { what: 'Prometheus ready', within: READY_WITHIN, signal });
  }

  async #get(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const answer: unknown = await response.json();
    if (pick(answer, 'status') === 'success') return pick(answer, 'data');
    throw new Error(`${parameters['query'] ?? path}: ${String(pick(answer, 'error'))}`);
  }
}

const configuration = (target: string): object => ({
  global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
  rule_files: [fileURLToPath(RULES_FILE)],
  scrape_configs: [
    { job_name: 'registry-credential-operator', honor_labels: true, static_configs: [{ targets: [target] }] },
  ],
});

const labelsOf = (metric: unknown): Readonly<Record<string, string>> =>
  typeof metric === 'object' && metric !== null
    ? Object.fromEntries(Object.entries(metric).map(([name, value]) => [name, String(value)]))
    : {};
