import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../test/cluster/cache-directory.ts';
import { startOf } from './sandbox/owner.ts';

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
  await writeFile(holder, JSON.stringify({ pid: process.pid, started: await startOf(process.pid) }));
}

export async function forgetHolder({ holder, kubeconfig }: HeldFiles): Promise<void> {
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
