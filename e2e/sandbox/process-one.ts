import { readFile, readlink } from 'node:fs/promises';

/**
 * The process 1 of a sandbox, as it is numbered outside.
 * @param parent the process outside that waits for it
 * @returns undefined while there is none yet, or no more
 */
export async function processOne(parent: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
  const outside = await namespace('self');
  for (const pid of children.split(' ').filter((text) => text !== '')) {
    const inside = await namespace(pid);
    // The guard is a child as well, in the namespaces of the machine.
    if (inside !== undefined && inside !== outside) return Number(pid);
  }
  return undefined;
}

const namespace = (pid: string): Promise<string | undefined> => readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
