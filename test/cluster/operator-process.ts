import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { spawnGuarded } from './reaper.ts';
import { until } from './wait.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const LISTENING_WITHIN = 60_000;
const READY_WITHIN = 30_000;
/** The operator promises 10 s. */
const STOPS_WITHIN = 15_000;

/** One line of the operator's log. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** How a process ended: its exit status, or the signal that ended it. */
export type Ended = number | NodeJS.Signals;

/** On ports that the kernel chooses; the log says which. */
const LOCAL = ['--metrics-address=127.0.0.1:0', '--health-address=127.0.0.1:0', '--log-format=json'] as const;
const LINES_SHOWN = 12;

export interface OperatorOptions {
  /** Path; of the operator's ServiceAccount where it matters what it may do. */
  readonly kubeconfig: string;
  /** Further flags of the operator. */
  readonly args?: readonly string[];
  /** For Node itself, such as `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
  /** What Node runs; the sources without it. */
  readonly script?: string;
  /** What the process has of an environment beside PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** A file that gets the log too. */
  readonly logFile?: string;
}

/** The operator as a process of its own, with nothing of this process's environment but PATH. Ends with this process at the latest. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #logs: LogLine[] = [];
  readonly #exit: Promise<Ended>;
  #listening: LogLine | undefined;
  #isAsked = false;

  private constructor(child: ChildProcess, logFile: string | undefined) {
    this.#child = child;
    this.#exit = exitOf(child);
    if (child.stderr === null) throw new Error('the operator has no error output');
    createInterface({ input: child.stderr }).on('line', (line) => {
      // Where a crash happened says less than what it was.
      if (line === '' || line.startsWith('    at ')) return;
      const parsed = parseLine(line);
      this.#logs.push(parsed);
      if (parsed['message'] === 'listening') this.#listening = parsed;
    });
    if (logFile !== undefined) child.stderr.pipe(createWriteStream(logFile));
    child.stdout?.resume();
  }

  /**
   * Starts the operator; resolves when its probes are answered, which is before it is ready.
   * @throws Error with its last lines when it ends; Error when it does not listen within a minute
   */
  static async start(options: OperatorOptions): Promise<OperatorProcess> {
    const { kubeconfig, args = [], nodeArguments = [], script = MAIN, env = {}, logFile } = options;
    const child = spawnNode([...nodeArguments, script, '--kubeconfig', kubeconfig, ...LOCAL, ...args], env);
    const operator = new OperatorProcess(child, logFile);
    const over = new AbortController();
    try {
      const wait = { what: 'the operator listening', within: LISTENING_WITHIN, every: 20, signal: over.signal };
      await Promise.race([operator.endedUnasked(), until(() => Promise.resolve(operator.#listening), wait)]);
      return operator;
    } catch (error) {
      operator.signal('SIGKILL');
      throw error;
    } finally {
      over.abort();
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get logs(): readonly LogLine[] {
    return this.#logs;
  }

  /** Where `/metrics` is, without a trailing slash. */
  get metricsUrl(): string {
    return this.#urlOf('metrics');
  }

  /** Where `/healthz` and `/readyz` are, without a trailing slash. */
  get healthUrl(): string {
    return this.#urlOf('health');
  }

  /** Rejects with an Error, the last lines of the log included, if the process ends unasked; otherwise never settles. */
  async endedUnasked(): Promise<never> {
    const how = await this.#exit;
    if (this.#isAsked) return new Promise<never>(() => undefined);
    const last = this.#logs.slice(-LINES_SHOWN).map((line) => JSON.stringify(line));
    throw new Error(`the operator ended with ${how}:\n${last.join('\n')}`);
  }

  /** @throws Error with what `/readyz` last said when it is not ready in time. */
  async whenReady(): Promise<this> {
    let last = '';
    try {
      await until(
        async () => {
          const { status, body } = await this.readyz();
          last = body;
          return status === 200 ? true : undefined;
        },
        { what: 'the operator ready', within: READY_WITHIN },
      );
    } catch (error) {
      throw new Error(`/readyz says: ${last}`, { cause: error });
    }
    return this;
  }

  readyz(): Promise<Answer> {
    return get(`${this.healthUrl}/readyz`);
  }

  healthz(): Promise<Answer> {
    return get(`${this.healthUrl}/healthz`);
  }

  /** The text of `/metrics`. */
  async metrics(): Promise<string> {
    return (await get(`${this.metricsUrl}/metrics`)).body;
  }

  /** The value of one series, written as in the exposition format; undefined where there is none. */
  async metric(series: string): Promise<number | undefined> {
    const line = (await this.metrics()).split('\n').find((candidate) => candidate.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it and says how it ended. @throws Error when it does not end within 15 s; it is killed then. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.#isAsked = true;
    if (this.running) this.signal(signal);
    const gone = async (): Promise<true | undefined> => Promise.resolve(this.running ? undefined : true);
    try {
      await until(gone, { what: `the operator ended after ${signal}`, within: STOPS_WITHIN });
    } catch (error) {
      this.signal('SIGKILL');
      throw error;
    }
    return this.#exit;
  }

  #urlOf(server: 'metrics' | 'health'): string {
    const address = this.#listening?.[server];
    if (typeof address !== 'string') throw new Error(`no address of the ${server} server in the log`);
    return `http://${address}`;
  }
}

async function get(url: string): Promise<Answer> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
}

/** Runs the operator to its end, for command lines that end by themselves. */
export async function runOperator(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly status: Ended; readonly stdout: string; readonly stderr: string }> {
  const child = spawnNode([MAIN, ...args], env);
  if (child.stdout === null || child.stderr === null) throw new Error('the operator has no output');
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), exitOf(child)]);
  return { status, stdout, stderr };
}

/** Nothing of this process's environment: a KUBECONFIG of the developer's would be another cluster. */
function spawnNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawnGuarded(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    output: 'pipe',
    signal: 'KILL',
  });
}

const exitOf = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    // Later than `exit`: by then its last words have been read.
    child.once('close', (code, signal) => {
      resolve(signal ?? code ?? -1);
    });
  });

function parseLine(line: string): LogLine {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null) return Object.fromEntries(Object.entries(parsed));
  } catch {
    // Not the logger's: a crash of the runtime.
  }
  return { level: 'crash', message: line };
}
