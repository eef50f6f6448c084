import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runWhenOrphaned, spawnGuarded } from '../../test/cluster/reaper.ts';
import { makeGroups } from './control-groups.ts';
import { logsIn, sandboxEnvironment } from './environment.ts';
import { sandboxFolder, sandboxName } from './mark.ts';
import { recordOwner } from './owner.ts';
import { processOne } from './process-one.ts';
import { signal, sweep } from './sweep.ts';

/**
 * Enters the control groups whose `cgroup.procs` files come before `--`, then runs the rest in namespaces of its own. The shell stays as their
 * process 1: it collects orphans, and when it ends, in whatever way, the kernel ends all processes in there, pods included, and with
 * them go mounts, network namespaces and links. `--kill-child` ends it with its parent.
 */
const ENTER = [
  'while test "$1" != --; do echo $$ > "$1" || exit; shift; done; shift',
  'exec unshare --pid --mount --net --ipc --fork --kill-child --mount-proc --propagation private',
].join('\n');
const PROCESS_ONE = `sh -c 'trap "exit 143" TERM; ip link set lo up; "$@" & wait $!' init "$@"`;

/** Milliseconds. */
const ASKED_EVERY = 50;

export interface SandboxedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Besides those of this process and those that name the sandbox. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A command that runs in namespaces and control groups of its own. */
export interface RunningSandbox {
  readonly name: string;
  readonly folder: string;
  /** Resolves when the command has ended, and with it everything in the sandbox. Its exit status; 128 when a signal ended it. */
  readonly ended: Promise<number>;
  /** The process outside whose only child is the sandbox's process 1. */
  readonly pid: number;
  /** Ends everything in it by force; `ended` resolves then. */
  readonly kill: () => Promise<void>;
  /** Removes what namespaces do not take with them: control groups and the folder. To be called when it has ended. */
  readonly remove: () => Promise<void>;
}

/**
 * Starts a command in a sandbox of this process: one at a time. If this process is killed, everything in the sandbox ends at once, and the
 * rest is removed by a process that waits for just that.
 * @throws Error when control groups or folder cannot be made
 */
export async function startSandbox({ command, args, env = {} }: SandboxedCommand): Promise<RunningSandbox> {
  const name = sandboxName(process.pid);
  const folder = sandboxFolder(name);
  const dismiss = runWhenOrphaned(process.execPath, [join(import.meta.dirname, 'sweep-main.ts'), name]);
  try {
    await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o755 });
    await mkdir(logsIn(folder));
    await recordOwner(folder);
    const entrances = await makeGroups(name, folder);
    const child = spawnGuarded(
      '/bin/sh',
      ['-c', `${ENTER} ${PROCESS_ONE}`, 'enter', ...entrances, '--', command, ...args],
      {
        env: { ...process.env, ...env, ...sandboxEnvironment(name, folder) },
        output: 'inherit',
        signal: 'KILL',
      },
    );
    return {
      name,
      folder,
      ended: statusOf(child),
      pid: child.pid ?? 0,
      kill: () => endProcessOne(child),
      remove: async () => {
        await sweep(name);
        await dismiss();
      },
    };
  } catch (error) {
    await sweep(name);
    await dismiss();
    throw error;
  }
}

/**
 * The end of process 1 is over when all others in there have ended; that of its parent would not wait for them. A signal is lost as long as
 * process 1 has no handler for it (pid_namespaces(7)), so it is asked again until it has gone.
 */
async function endProcessOne(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const one = await processOne(child.pid ?? 0);
    if (one === undefined) child.kill('SIGKILL');
    else signal(one, 'SIGTERM');
    await delay(ASKED_EVERY);
  }
}

async function statusOf(child: ChildProcess): Promise<number> {
  await once(child, 'exit');
  return child.exitCode ?? 128;
}
