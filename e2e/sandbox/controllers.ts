import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PREFIX } from './mark.ts';

/** Control groups of version 2: the controllers that a run has had handed down to the groups below one. */
interface HandedDown {
  readonly root: string;
  readonly controllers: readonly string[];
}

const RECORD = 'controllers.json';

/**
 * Version 2: a group has the controllers that its parent hands down. Has all of a group's handed down, and writes to the sandbox's folder which
 * were not before.
 * @throws Error in a group that has processes itself: with them it can hand nothing down
 */
export async function handDownControllers(root: string, folder: string): Promise<void> {
  const [available, before] = await Promise.all([namesIn(root, 'cgroup.controllers'), namesIn(root, CONTROL)]);
  const controllers = available.filter((controller) => !before.includes(controller));
  if (controllers.length === 0) return;
  const change: HandedDown = { root, controllers };
  await writeFile(join(folder, RECORD), JSON.stringify([...(await recorded(folder)), change]));
  await writeFile(join(root, CONTROL), controllers.map((controller) => `+${controller}`).join(' ')).catch(
    (error: unknown) => {
      throw isBusy(error) ? new Error(`${root} ${WITH_PROCESSES}`, { cause: error }) : error;
    },
  );
}

/** Takes back what a sandbox has had handed down, except where another run is: it may rely on it. */
export async function takeBackControllers(folder: string): Promise<void> {
  for (const { root, controllers } of await recorded(folder)) {
    const groups = await readdir(root).catch(() => []);
    if (groups.some((group) => group.startsWith(PREFIX))) continue;
    for (const controller of controllers) {
      // Busy: somebody else's group hands it down by now.
      await writeFile(join(root, CONTROL), `-${controller}`).catch(() => undefined);
    }
  }
}

const CONTROL = 'cgroup.subtree_control';
const WITH_PROCESSES =
  'is a control group with processes of its own and cannot hand its controllers down (EBUSY), as in a container that has a control group ' +
  "namespace: give it the machine's (--cgroupns=host)";

const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EBUSY';

const namesIn = async (root: string, file: string): Promise<string[]> =>
  (await readFile(join(root, file), 'utf8')).split(/\s+/).filter((name) => name !== '');

async function recorded(folder: string): Promise<readonly HandedDown[]> {
  const content: unknown = JSON.parse(await readFile(join(folder, RECORD), 'utf8').catch(() => '[]'));
  return Array.isArray(content) ? content.filter(isHandedDown) : [];
}

const isHandedDown = (value: unknown): value is HandedDown =>
  typeof value === 'object' && value !== null && 'root' in value && 'controllers' in value;
