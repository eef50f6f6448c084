import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient } from '../src/kube/client.ts';
import { loadKubeConfig } from '../src/kube/kubeconfig.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { startControlPlane, type ControlPlane } from '../test/cluster/control-plane.ts';
import type { KubectlResult } from '../test/cluster/kubectl.ts';
import { OperatorProcess } from '../test/cluster/operator-process.ts';
import { until } from '../test/cluster/wait.ts';
import type { Narrator } from './narrator.ts';

/** Everything that the steps await takes a second or two; this is for machines that do much else. */
const WITHIN = 60_000;
const LOG_LINES = 15;

type KubectlOutput = Pick<KubectlResult, 'stdout' | 'stderr'>;

/** Where the demo takes place: a control plane that it started itself, and the operator on it. */
export class Stage {
  readonly plane: ControlPlane;
  /** Reads as administrator; changes go through kubectl, as a person makes them. */
  readonly api: ApiClient;
  readonly #narrator: Narrator;
  readonly #signal: AbortSignal;
  #operator: OperatorProcess | undefined;

  private constructor(plane: ControlPlane, narrator: Narrator, signal: AbortSignal) {
    this.plane = plane;
    this.#narrator = narrator;
    this.#signal = signal;
    this.api = new ApiClient({
      kubeConfig: loadKubeConfig(plane.adminKubeconfig),
      userAgent: 'registry-credential-operator-demo',
      clock: systemClock,
    });
  }

  /** @param signal ends whatever a step awaits @throws Error when the control plane does not come up */
  static async open(narrator: Narrator, signal: AbortSignal): Promise<Stage> {
    return new Stage(await startControlPlane(), narrator, signal);
  }

  /** @throws Error when there is no operator yet */
  get operator(): OperatorProcess {
    if (this.#operator === undefined) throw new Error('the operator was not started');
    return this.#operator;
  }

  get operatorLog(): string {
    return join(this.plane.dataDir, 'logs', 'operator.log');
  }

  async startOperator(kubeconfig: string): Promise<void> {
    this.#operator = await OperatorProcess.start({ kubeconfig, logFile: this.operatorLog });
  }

  /**
   * Runs kubectl as administrator of this control plane.
   * @param input its standard input
   * @returns what it wrote
   * @throws Error with kubectl's own words when it fails
   */
  async kubectl(args: readonly string[], input = ''): Promise<KubectlOutput> {
    const { code, stdout, stderr } = await this.plane.kubectl(args, { input });
    if (code !== 0) throw new Error(`kubectl ended with status ${code}: ${stderr.trim()}`);
    return { stdout, stderr };
  }

  /** Runs a kubectl command that anybody may see, and shows it with what it wrote. */
  async show(...args: readonly string[]): Promise<void> {
    this.#narrator.note(`$ kubectl ${args.map(quoted).join(' ')}`);
    const { stdout, stderr } = await this.kubectl(args);
    this.#narrator.note(stdout + stderr);
  }

  /** As `show`, for commands of which only the effect matters. */
  async act(...args: readonly string[]): Promise<void> {
    this.#narrator.note(`$ kubectl ${args.map(quoted).join(' ')}`);
    await this.kubectl(args);
  }

  /** Says something about the step under way. */
  note(text: string): void {
    this.#narrator.note(text);
  }

  /**
   * Looks until `look` gives something, while the operator runs.
   * @param what is awaited, for the error
   * @throws Error when it does not come within a minute; Error when the operator ends
   */
  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.#signal, over.signal]);
    const found = until(look, { what, within: WITHIN, every: 20, signal });
    if (this.#operator === undefined) return found;
    try {
      return await Promise.race([this.#operator.endedUnasked(), found]);
    } finally {
      over.abort();
      found.catch(() => undefined);
    }
  }

  /** The operator's last log lines; none where it was not started. */
  async lastLogLines(): Promise<readonly string[]> {
    const text = await readFile(this.operatorLog, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-LOG_LINES);
  }

  /** Stops the operator, then the control plane, and removes all data. */
  async close(): Promise<void> {
    await this.#operator?.stop();
    await this.api.close();
    await this.plane.stop();
  }
}

/** As a shell would need it. */
const quoted = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
