import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import type { Log } from '../../test/cluster/log.ts';
import { until } from '../../test/cluster/wait.ts';
import { processesIn, removeGroups } from './control-groups.ts';
import { takeBackControllers } from './controllers.ts';
import { ownerOf, sandboxFolder } from './mark.ts';
import { ownerRuns } from './owner.ts';

const run = promisify(execFile);

const ENDED_WITHIN = 20_000;

/**
 * Removes everything of a sandbox that may still be there: processes, the link to it, control groups, the folder. Nothing is no error.
 * @throws Error naming what is still there after 20 seconds
 */
export async function sweep(name: string): Promise<void> {
  await until(() => endProcesses(name), { what: `processes of ${name} ended`, within: ENDED_WITHIN });
  await removeGroups(name);
  await takeBackControllers(sandboxFolder(name));
  // Gone already where the kernel was quicker to take it with its network namespace.
  await run('ip', ['link', 'delete', name]).catch(() => undefined);
  await rm(sandboxFolder(name), { recursive: true, force: true });
}

/** Sweeps what earlier runs left that were killed together with their guard. */
export async function sweepLeftovers(log: Log): Promise<void> {
  for (const name of await leftovers()) {
    log(`removing what a killed run left: ${name}`);
    await sweep(name);
  }
}

/** The folder is the first thing that a sandbox has, and the last that goes. */
async function leftovers(): Promise<string[]> {
  const names = await readdir(tmpdir());
  const dead = await Promise.all(
    names.map(async (name) => {
      const owner = ownerOf(name);
      return owner !== undefined && !(await ownerRuns(sandboxFolder(name), owner));
    }),
  );
  return names.filter((_, index) => dead[index] === true);
}

async function endProcesses(name: string): Promise<true | undefined> {
  const pids = await processesIn(name);
  for (const pid of pids) signal(pid, 'SIGKILL');
  return pids.length === 0 ? true : undefined;
}

/** That the process has ended already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended between the two calls.
  }
}
