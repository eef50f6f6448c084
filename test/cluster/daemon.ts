import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { spawnGuarded, unreference } from './reaper.ts';

const LINES_SHOWN = 12;

/** A daemon ended although nobody asked it to. */
export class DaemonEnded extends Error {
  override readonly name = 'DaemonEnded';
}

/** One server process of the control plane, its output in a file. Ends with this process at the latest. */
export class Daemon {
  readonly name: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  readonly #exit: Promise<string>;
  #asked = false;

  private constructor(name: string, child: ChildProcess, pid: number, logFile: string) {
    this.name = name;
    this.pid = pid;
    this.#child = child;
    this.#logFile = logFile;
    this.#exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(signal ?? `status ${String(code)}`);
      });
    });
  }

  /** @throws Error when the process cannot be started. */
  static start(command: string, args: readonly string[], logFile: string): Daemon {
    const name = basename(command);
    const child = spawnDaemon(command, args, logFile);
    if (child.pid === undefined) throw new Error(`${name} could not be started`);
    unreference(child);
    return new Daemon(name, child, child.pid, logFile);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Rejects with `DaemonEnded`, the last lines of its output included, if the daemon ends unasked; otherwise never settles. */
  async endedUnasked(): Promise<never> {
    const how = await this.#exit;
    if (this.#asked) return new Promise<never>(() => undefined);
    throw new DaemonEnded(`${this.name} ended by itself (${how}). Its last lines:\n${await this.#lastLines()}`);
  }

  /**
   * Asks the daemon to end, and ends it by force when it has not after `grace`. Resolves when it is gone.
   * @param grace milliseconds; 0 ends it by force at once.
   */
  async stop(grace: number): Promise<void> {
    this.#asked = true;
    if (!this.running) return;
    this.#child.ref();
    if (grace > 0) this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), grace);
    await this.#exit;
    clearTimeout(force);
  }

  async #lastLines(): Promise<string> {
    const text = await readFile(this.#logFile, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
  }
}

/**
 * Does something that needs daemons, and gives up as soon as one of them ends.
 * @param work gets a signal that fires when nobody waits for it any more
 * @throws DaemonEnded; whatever `work` throws
 */
export async function whileRunning<T>(
  daemons: readonly Daemon[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([...daemons.map((daemon) => daemon.endedUnasked()), work(over.signal)]);
  } finally {
    over.abort();
  }
}

function spawnDaemon(command: string, args: readonly string[], logFile: string): ChildProcess {
  const output = openSync(logFile, 'a');
  try {
    // Nothing else of the environment: etcd takes every ETCD_ variable as a flag.
    return spawnGuarded(command, args, { env: { PATH: process.env['PATH'] }, output, signal: 'KILL' });
  } finally {
    closeSync(output);
  }
}
