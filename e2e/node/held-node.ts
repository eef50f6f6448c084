import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../test/cluster/cache-directory.ts';
import { withLock } from '../../test/cluster/lock.ts';
import type { Log } from '../../test/cluster/log.ts';
import { startOf } from '../sandbox/owner.ts';

/** The files by which `e2e-up`, the process that holds the node, and `e2e-down` know of each other. */
export interface HeldFiles {
  /** Who holds the node: written when it is ready. */
  readonly holder: string;
  readonly kubeconfig: string;
  /** What the holder says, of its end too. */
  readonly log: string;
}

/** A node that was left running. */
export interface HeldNode {
  readonly pid: number;
  readonly kubeconfig: string;
}

/** One at a time starts or ends the node that stays. */
export const oneAtATime = <T>({ holder }: HeldFiles, log: Log, work: () => Promise<T>): Promise<T> =>
  withLock(
    holder,
    () => {
      log('another `make e2e-up` or `make e2e-down` is under way; waiting for it');
    },
    work,
  );

export async function heldFiles(): Promise<HeldFiles> {
  const { path } = await cacheDirectory();
  return {
    holder: join(path, 'e2e-up.json'),
    kubeconfig: join(path, 'e2e-up.kubeconfig'),
    log: join(path, 'e2e-up.log'),
  };
}

/** Writes down that this process holds a node that is ready. */
export async function recordHolder({ holder }: HeldFiles): Promise<void> {
  // Never read half written.
  await writeFile(`${holder}.new`, JSON.stringify({ pid: process.pid, started: await startOf(process.pid) }));
  await rename(`${holder}.new`, holder);
}

/** What this process wrote down, it takes back; what another one wrote that holds a node stays. */
export async function forgetHolder(files: HeldFiles): Promise<void> {
  const held = await heldNode(files);
  if (held !== undefined && held.pid !== process.pid) return;
  const { holder, kubeconfig } = files;
  await Promise.all([holder, kubeconfig].map((file) => rm(file, { force: true })));
}

/** The node that runs now, or undefined; what a killed holder wrote down is none. */
export async function heldNode({ holder, kubeconfig }: HeldFiles): Promise<HeldNode | undefined> {
  const recorded: unknown = JSON.parse(await readFile(holder, 'utf8').catch(() => '{}'));
  if (!isRecord(recorded)) return undefined;
  const { pid, started } = recorded;
  return (await startOf(pid)) === started ? { pid, kubeconfig } : undefined;
}

const isRecord = (value: unknown): value is { pid: number; started: string } =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'started' in value &&
  typeof value.started === 'string';
