import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../test/cluster/wait.ts';
import { handDownControllers } from './controllers.ts';

/** The kernel lets go of a group a moment after its last process. */
const EMPTY_WITHIN = 20_000;

/** One mounted tree of control groups. With version 1 there is one for each controller, with version 2 one for all. */
interface Hierarchy {
  readonly root: string;
  readonly version: 1 | 2;
}

/**
 * Makes a group of this name at the top of every hierarchy.
 * @param folder the sandbox's: what is to be undone stands there
 * @returns the `cgroup.procs` files that a process writes its id to in order to enter it everywhere
 * @throws Error when a hierarchy cannot be written
 */
export async function makeGroups(name: string, folder: string): Promise<string[]> {
  const entrances: string[] = [];
  for (const { root, version } of await hierarchies()) {
    const group = join(root, name);
    if (version === 2) await handDownControllers(root, folder);
    await mkdir(group, { recursive: true });
    if (version === 1) await inheritProcessors(root, group);
    // Version 2: a group whose children have controllers holds no process itself.
    const home = version === 1 ? group : join(group, 'run');
    await mkdir(home, { recursive: true });
    entrances.push(join(home, 'cgroup.procs'));
  }
  return entrances;
}

/** The processes in the groups of this name, those in groups below included. */
export async function processesIn(name: string): Promise<number[]> {
  const groups = (await groupsOf(name)).map((group) => join(group, 'cgroup.procs'));
  const texts = await Promise.all(groups.map((file) => readFile(file, 'utf8').catch(() => '')));
  return [...new Set(texts.flatMap((text) => text.split('\n')).filter((line) => line !== ''))].map(Number);
}

/**
 * Removes the groups of this name in every hierarchy, the innermost first.
 * @throws Error when one is still in use after 20 seconds
 */
export async function removeGroups(name: string): Promise<void> {
  await until(async () => ((await removeOnce(name)) ? true : undefined), {
    what: `control groups ${name} empty`,
    within: EMPTY_WITHIN,
  });
}

/** The folders of all control groups of this machine. */
export async function allGroups(): Promise<string[]> {
  return (await Promise.all((await hierarchies()).map(({ root }) => foldersBelow(root)))).flat();
}

async function removeOnce(name: string): Promise<boolean> {
  const groups = await groupsOf(name);
  const removed = [];
  for (const group of groups) removed.push(await rmdir(group).then(() => true, isGone));
  return removed.every(Boolean);
}

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function groupsOf(name: string): Promise<string[]> {
  const tops = (await hierarchies()).map(({ root }) => join(root, name));
  return (await Promise.all(tops.map(async (top) => [...(await foldersBelow(top)), top]))).flat();
}

/** Innermost first. */
async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const children = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  return (await Promise.all(children.map(async (child) => [...(await foldersBelow(child)), child]))).flat();
}

async function hierarchies(): Promise<Hierarchy[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([, root = '', type]): Hierarchy[] =>
      type === 'cgroup' ? [{ root, version: 1 }] : type === 'cgroup2' ? [{ root, version: 2 }] : [],
    );
}

/** Version 1: a new group of `cpuset` takes no process until it has processors and memory. */
async function inheritProcessors(root: string, group: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const inherited = await readFile(join(root, file), 'utf8').catch(() => undefined);
    if (inherited !== undefined) await writeFile(join(group, file), inherited);
  }
}
