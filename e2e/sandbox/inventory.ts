import { readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allGroups } from './control-groups.ts';
import { NODE_FOLDERS, type Inventory } from './difference.ts';
import { KERNEL_SETTINGS, settingFile } from './kernel-settings.ts';
import { PREFIX } from './mark.ts';

/** Where else programs of a node write, and others of the machine as well. */
const SHARED_FOLDERS = ['/run', '/run/lock', '/opt', '/var/lib', '/var/log', '/var/tmp', '/usr/libexec', '/dev/shm'];

/** What is on this machine now. Reads /proc and some folders; needs root to see all of it. */
export async function takeInventory(): Promise<Inventory> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  return {
    process: await marked(pids),
    mount: await mounts(),
    'network namespace': await networkNamespaces(pids),
    'network link': await list('/sys/class/net'),
    'control group': await allGroups(),
    file: [...new Set((await Promise.all([tmpdir(), ...SHARED_FOLDERS, ...NODE_FOLDERS].map(files))).flat())],
    'kernel setting': await Promise.all(
      KERNEL_SETTINGS.map(async ({ name }) => `${name} = ${await text(settingFile(name))}`),
    ),
  };
}

/** Processes that were started in or for a sandbox: their control group, environment or command line says so. Not zombies. */
async function marked(pids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [groups, environment, command, name] = await Promise.all(
        ['cgroup', 'environ', 'cmdline', 'comm'].map((file) => text(`/proc/${pid}/${file}`)),
      );
      // As a zombie has, and what the kernel runs.
      if (command === undefined || command === '') return [];
      const signs = [groups?.split('\n'), environment?.split('\0'), command.split('\0')].flatMap((part) => part ?? []);
      const sign = signs.find((part) => part.includes(PREFIX));
      return sign === undefined ? [] : [`${name ?? '?'} (${pid}, ${sign})`];
    }),
  );
  return found.flat();
}

async function mounts(): Promise<string[]> {
  const lines = ((await text('/proc/self/mountinfo')) ?? '').split('\n');
  return lines.map((line) => {
    const [, , , root = '', point = '', , ...rest] = line.split(' ');
    return `${point} of ${root}, ${rest.slice(rest.indexOf('-') + 1).join(' ')}`;
  });
}

/** Those that a process is in, and those that have a name. */
async function networkNamespaces(pids: readonly string[]): Promise<string[]> {
  const used = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/net`).catch(() => undefined)));
  const named = await list('/run/netns');
  return [...new Set(used.filter((link) => link !== undefined)), ...named];
}

/** The folder itself as well: that it is there may be new. */
const files = async (folder: string): Promise<string[]> =>
  readdir(folder).then(
    (names) => [folder, ...names.map((name) => join(folder, name))],
    () => [],
  );

const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Undefined for what is not there (any more). */
const text = async (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').then(
    (content) => content.trim(),
    () => undefined,
  );
