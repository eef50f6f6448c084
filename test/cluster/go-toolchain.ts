import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BuildRecipe } from './build-recipe.ts';

const run = promisify(execFile);

/** What a person without Go is told. */
export interface Need {
  /** What is to be built: `The test control plane`. */
  readonly what: string;
  /** What helps instead of Go: `set … to …`. */
  readonly instead: string;
}

/**
 * Checks that `go` is there and recent enough for the module.
 * @throws Error that says what to install when it is not.
 */
export async function requireGo(
  { module, goVersion }: BuildRecipe,
  env: NodeJS.ProcessEnv,
  { what, instead }: Need,
): Promise<void> {
  const [major, minor] = goVersion.split('.');
  const wanted = `Go ${major ?? ''}.${minor ?? ''} or later`;
  const found = await foundGo(module, env);
  if (isAtLeast(found, goVersion)) return;
  throw new Error(
    `${what} is built with ${wanted}, but ${found === undefined ? 'there is no go on PATH' : `go on PATH is ${found}`}. ` +
      `Install ${wanted} (https://go.dev/dl/), or ${instead}.`,
  );
}

/** Inside the module an older go fetches the toolchain that `go.mod` asks for, unless `GOTOOLCHAIN=local` forbids it. */
async function foundGo(module: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const version = /go(\d+\.\d+(?:\.\d+)?)/;
  try {
    const { stdout } = await run('go', ['env', 'GOVERSION'], { cwd: module, env });
    return version.exec(stdout)?.[1] ?? 'unknown';
  } catch {
    const outside = await run('go', ['version'], { cwd: '/', env }).catch(() => undefined);
    return outside === undefined ? undefined : (version.exec(outside.stdout)?.[1] ?? 'unknown');
  }
}

/** Compares versions such as `1.26.8` and `1.26.0` by their numbers; undefined and words are never enough. */
export function isAtLeast(found: string | undefined, wanted: string): boolean {
  if (found === undefined) return false;
  const [have, need] = [found, wanted].map((version) => version.split('.').map(Number));
  for (const [index, number] of (need ?? []).entries()) {
    const other = have?.[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}
