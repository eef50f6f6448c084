import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a short command to its end.
 * @returns its standard output
 * @throws Error with the command and its error output when it fails
 */
export async function runTool(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`${[command, ...args].join(' ')}: ${said}`, { cause: error });
  }
}
