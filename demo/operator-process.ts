import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon } from '../test/cluster/daemon.ts';
import { until } from '../test/cluster/wait.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');
const STARTED_WITHIN = 60_000;
/** The operator itself gives up after ten seconds. */
const STOP_WITHIN = 12_000;

export interface OperatorOptions {
  /** Path of the kubeconfig that it gets; its rights are this user's. */
  readonly kubeconfig: string;
  /** Not of an earlier run: its addresses are read from it. */
  readonly logFile: string;
  /** For Node itself, such as `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
}

/** The operator as a process of its own, from the sources, with nothing of this process's environment but PATH. */
export class OperatorProcess {
  readonly #daemon: Daemon;
  /** Where `/metrics` is, without a trailing slash. */
  readonly metricsUrl: string;
  /** Where `/healthz` and `/readyz` are. */
  readonly healthUrl: string;

  private constructor(daemon: Daemon, metricsUrl: string, healthUrl: string) {
    this.#daemon = daemon;
    this.metricsUrl = metricsUrl;
    this.healthUrl = healthUrl;
  }

  /**
   * Starts it, on ports that the kernel chooses; resolves when it answers on them, which is before it works.
   * @throws DaemonEnded with its last lines when it ends; Error when it does not listen within a minute
   */
  static async start({ kubeconfig, logFile, nodeArguments = [] }: OperatorOptions): Promise<OperatorProcess> {
    const flags = [
      `--kubeconfig=${kubeconfig}`,
      '--metrics-address=127.0.0.1:0',
      '--health-address=127.0.0.1:0',
      '--log-format=json',
    ];
    const daemon = Daemon.start(process.execPath, [...nodeArguments, MAIN, ...flags], logFile);
    const over = new AbortController();
    try {
      const wait = { what: 'the operator listens', within: STARTED_WITHIN, every: 20, signal: over.signal };
      const addresses = await Promise.race([daemon.endedUnasked(), until(() => listening(logFile), wait)]);
      return new OperatorProcess(daemon, `http://${addresses.metrics}`, `http://${addresses.health}`);
    } catch (error) {
      await daemon.stop(0);
      throw error;
    } finally {
      over.abort();
    }
  }

  get pid(): number {
    return this.#daemon.pid;
  }

  /** Rejects with DaemonEnded when the process ends unasked; otherwise never settles. */
  endedUnasked(): Promise<never> {
    return this.#daemon.endedUnasked();
  }

  /** Ends it as Kubernetes would: SIGTERM, and by force when it takes too long. */
  async stop(): Promise<void> {
    await this.#daemon.stop(STOP_WITHIN);
  }
}

interface Addresses {
  readonly metrics: string;
  readonly health: string;
}

async function listening(logFile: string): Promise<Addresses | undefined> {
  for (const line of (await readFile(logFile, 'utf8')).split('\n')) {
    const entry = parseLine(line);
    if (isAddresses(entry) && 'message' in entry && entry.message === 'listening') return entry;
  }
  return undefined;
}

/** Node's own warnings are no JSON, and the last line may be half written. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const isAddresses = (value: unknown): value is Addresses =>
  typeof value === 'object' &&
  value !== null &&
  'metrics' in value &&
  typeof value.metrics === 'string' &&
  'health' in value &&
  typeof value.health === 'string';
