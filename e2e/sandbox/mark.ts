import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Every trace of a sandbox that can outlive it carries this: folder, control groups, link. */
export const PREFIX = 'rco-e2e-';

/** The name of the sandbox of a process: at most 15 characters, as a network link's must be. */
export const sandboxName = (pid: number): string => `${PREFIX}${pid}`;

/** The process that a sandbox belongs to, or undefined for other names. */
export function ownerOf(name: string): number | undefined {
  const digits = /^rco-e2e-(\d+)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The one folder that everything of a sandbox lies in. */
export const sandboxFolder = (name: string): string => join(tmpdir(), name);

/** Where the logs go when a run fails; not removed. */
export const keptLogs = (name: string): string => join(tmpdir(), name.replace(PREFIX, `${PREFIX}logs-`));
