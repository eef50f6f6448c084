import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface KubectlOptions {
  /** Standard input. */
  readonly input?: string;
  /** Path of a kubeconfig; the administrator's without it. */
  readonly kubeconfig?: string;
}

export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status; 128 when a signal ended it. */
  readonly code: number;
}

export interface KubectlCommand extends KubectlOptions {
  readonly binary: string;
  readonly kubeconfig: string;
  /** Keeps discovery of short-lived servers out of the developer's own cache. */
  readonly cacheDirectory: string;
}

/**
 * Runs kubectl to its end. A failing command is a result, not an error.
 * @throws Error when kubectl cannot be started.
 */
export async function runKubectl(args: readonly string[], command: KubectlCommand): Promise<KubectlResult> {
  const global = [`--kubeconfig=${command.kubeconfig}`, `--cache-dir=${command.cacheDirectory}`];
  const child = spawn(command.binary, [...global, ...args]);
  const ended = once(child, 'close');
  // A command that does not read its input closes the pipe early.
  child.stdin.on('error', () => undefined);
  child.stdin.end(command.input ?? '');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code: child.exitCode ?? 128 };
}
