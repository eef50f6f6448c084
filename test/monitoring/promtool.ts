import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { logToStderr } from '../cluster/log.ts';
import { findPrometheus } from './binaries.ts';

export interface Verdict {
  readonly ok: boolean;
  /** All that it printed. */
  readonly output: string;
}

export type Promtool = (args: readonly string[], input?: string) => Promise<Verdict>;

/** For the body of a `describe`: promtool, built before its tests where need be. */
export function usePromtool(): Promtool {
  let path = '';
  before(async function () {
    this.timeout(0);
    path = (await findPrometheus(logToStderr)).promtool;
  });
  return (args, input = '') => run(path, args, input);
}

async function run(path: string, args: readonly string[], input: string): Promise<Verdict> {
  const child = spawn(path, args, { stdio: 'pipe' });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // It need not read what it is given.
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  return { ok: status === 0, output: stdout + stderr };
}
