import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'owner';

/** Writes down which process a folder belongs to, in a way that a later process of the same number does not share. */
export async function recordOwner(folder: string): Promise<void> {
  await writeFile(join(folder, FILE), (await startOf(process.pid)) ?? '');
}

/** Whether the process that recorded itself in a folder still runs, or one of its number is about to record itself. */
export async function ownerRuns(folder: string, pid: number): Promise<boolean> {
  const [recorded, running] = await Promise.all([readFile(join(folder, FILE), 'utf8').catch(() => ''), startOf(pid)]);
  return running !== undefined && (recorded === '' || running === recorded);
}

/** When a process started, in clock ticks since the boot: field 22 of /proc/PID/stat (proc(5)). Undefined when there is none. */
export async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is a name in brackets that may hold blanks.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
