import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * Descriptor 3 of every guarded process is a pipe whose other end only this process holds. The kernel closes that end however this process
 * ends, SIGKILL included: `read` then fails and the guard acts. A line on the pipe dismisses the guard.
 */
const LIFELINE = 3;

/** The guard is a subshell that stays behind while the shell itself becomes the command: pid, exit status and signals are the command's own. */
const RUN_GUARDED = '( read -r dismissed <&3 || kill -s "$0" $$ ) & exec "$@" 3<&-';

/** The guard becomes the command when the pipe closes without a line. */
const RUN_WHEN_ORPHANED = 'read -r dismissed <&3 || exec "$0" "$@"';

/** Several rounds, because a process that is just being killed may still write into the directory. */
const REMOVE = 'for round in 1 2 3 4 5; do rm -rf -- "$0"; sleep 1; test -e "$0" || exit 0; done';

export interface GuardedOptions {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where the command's output and error output go: `pipe`, this process's own, or the descriptor of an open file. */
  readonly output: 'pipe' | 'inherit' | number;
  /** What the command gets when this process is gone. */
  readonly signal: 'KILL' | 'INT';
}

/**
 * Starts a command that cannot outlive this process, however this process ends.
 * It runs in a session of its own, so that Ctrl-C in a terminal does not reach it before its turn.
 */
export function spawnGuarded(command: string, args: readonly string[], options: GuardedOptions): ChildProcess {
  const { output, signal, ...rest } = options;
  const stdio: StdioOptions = ['ignore', output, output, 'pipe'];
  const child = spawn('/bin/sh', ['-c', RUN_GUARDED, signal, command, ...args], { ...rest, stdio, detached: true });
  const lifeline = lifelineOf(child);
  child.once('exit', () => lifeline.end('dismissed\n'));
  return child;
}

/**
 * Has a directory removed when this process ends without calling the function returned.
 * @returns dismisses the guard; the caller then removes the directory itself.
 */
export const removeWhenOrphaned = (directory: string): (() => Promise<void>) =>
  runWhenOrphaned('/bin/sh', ['-c', REMOVE, directory]);

/**
 * Has a command run when this process ends, however it ends, without calling the function returned.
 * @returns dismisses the guard; what the command does is the caller's then.
 */
export function runWhenOrphaned(command: string, args: readonly string[]): () => Promise<void> {
  const child = spawn('/bin/sh', ['-c', RUN_WHEN_ORPHANED, command, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
    cwd: '/',
  });
  const lifeline = lifelineOf(child);
  unreference(child);
  return async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.ref();
    lifeline.end('dismissed\n');
    await ended;
  };
}

/** Lets this process end while the child runs: the guard then ends the child. */
export function unreference(child: ChildProcess): void {
  child.unref();
  const lifeline = child.stdio[LIFELINE];
  if (lifeline instanceof Socket) lifeline.unref();
}

function lifelineOf(child: ChildProcess): Writable {
  const lifeline = child.stdio[LIFELINE];
  if (!lifeline || !('write' in lifeline)) throw new Error('the pipe to the guard could not be made');
  // The guard may be gone already when it is dismissed.
  lifeline.on('error', () => undefined);
  return lifeline;
}
