import { join } from 'node:path';

/** Holds the sandbox's name, in every process that is started for it. */
const ENVIRONMENT_MARK = 'RCO_E2E_SANDBOX';
const FOLDER = 'RCO_E2E_FOLDER';

/** What a process in a sandbox knows about it. */
export interface Sandbox {
  /** Its name, and that of its control groups. */
  readonly name: string;
  /** Everything in it lies here. */
  readonly folder: string;
  /** Kept when the run fails. */
  readonly logs: string;
}

export const logsIn = (folder: string): string => join(folder, 'logs');

/** Where the kubelet keeps what containers print: a folder for each pod, which goes with it. */
export const podLogsIn = (logs: string): string => join(logs, 'pods');

/** The variables for a command in a sandbox. */
export const sandboxEnvironment = (name: string, folder: string): NodeJS.ProcessEnv => ({
  [ENVIRONMENT_MARK]: name,
  [FOLDER]: folder,
  TMPDIR: join(folder, 'tmp'),
});

/**
 * The sandbox that this process is in.
 * @throws Error when it is in none: a node must not be started on the machine itself.
 */
export function sandboxOf(env: NodeJS.ProcessEnv = process.env): Sandbox {
  const { [ENVIRONMENT_MARK]: name, [FOLDER]: folder } = env;
  if (name === undefined || folder === undefined) {
    throw new Error(
      'a node runs in a sandbox only: start the stories with `make e2e` (or `npm run e2e -- --story NAME`)',
    );
  }
  return { name, folder, logs: logsIn(folder) };
}
