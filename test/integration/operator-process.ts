import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { spawnGuarded } from '../cluster/reaper.ts';
import { until } from '../cluster/wait.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const LISTENING_WITHIN = 20_000;
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

const LOCAL = [
  '--metrics-address=127.0.0.1:0',
  '--health-address=127.0.0.1:0',
  '--log-format=json',
  '--log-level=debug',
] as const;

/** The operator as a process of its own, from its sources. Ends with the test runner at the latest. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #logs: LogLine[] = [];
  readonly #exit: Promise<Ended>;
  #listening: LogLine | undefined;

  private constructor(child: ChildProcess) {
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
    child.stdout?.resume();
  }

  /**
   * Starts the operator; resolves when its probes are answered, which is before it is ready.
   * @param kubeconfig path; of the operator's ServiceAccount where the test is about what it may do
   * @throws Error with its last lines when it ends or says nothing
   */
  static async start(kubeconfig: string, args: readonly string[] = []): Promise<OperatorProcess> {
    const child = spawnOperator(['--kubeconfig', kubeconfig, ...LOCAL, ...args]);
    const operator = new OperatorProcess(child);
    await until(() => operator.#isListening(), { what: 'the operator listening', within: LISTENING_WITHIN });
    return operator;
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
    return this.#get('health', '/readyz');
  }

  healthz(): Promise<Answer> {
    return this.#get('health', '/healthz');
  }

  /** The text of `/metrics`. */
  async metrics(): Promise<string> {
    return (await this.#get('metrics', '/metrics')).body;
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

  async #isListening(): Promise<true | undefined> {
    if (!this.running) {
      const last = this.#logs.slice(-8).map((line) => JSON.stringify(line));
      throw new Error(`the operator ended with ${String(await this.#exit)}: ${last.join('\n')}`);
    }
    return this.#listening === undefined ? undefined : true;
  }

  async #get(server: 'metrics' | 'health', path: string): Promise<Answer> {
    const address = this.#listening?.[server];
    if (typeof address !== 'string') throw new Error(`no address of the ${server} server in the log`);
    const response = await fetch(`http://${address}${path}`);
    return { status: response.status, body: await response.text() };
  }
}

/** Runs the operator to its end, for command lines that end by themselves. */
export async function runOperator(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly status: Ended; readonly stdout: string; readonly stderr: string }> {
  const child = spawnOperator(args, env);
  if (child.stdout === null || child.stderr === null) throw new Error('the operator has no output');
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), exitOf(child)]);
  return { status, stdout, stderr };
}

/** Nothing of this process's environment: a KUBECONFIG of the developer's would be another cluster. */
function spawnOperator(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawnGuarded(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    output: 'pipe',
    signal: 'KILL',
  });
}

const exitOf = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => {
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
