import { createInterface } from 'node:readline';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRecipe } from './build-recipe.ts';
import { elapsed, type Log } from './log.ts';
import { spawnGuarded } from './reaper.ts';

/** Milliseconds between two signs of life of a long build. */
const HEARTBEAT = 30_000;
const LINES_SHOWN = 20;
const UNFINISHED = '.unfinished-';

/** One binary. */
export interface Target {
  /** Its file name. */
  readonly name: string;
  /** The path of its Go package. */
  readonly package: string;
}

export interface Build {
  readonly recipe: BuildRecipe;
  /** Where the binaries go. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Builds one binary. It appears under its name only when it is complete; what an interrupted build left is removed. To be called under the
 * directory's lock.
 * @throws Error with the last lines of `go build` when it fails.
 */
export async function goBuild({ name, package: path }: Target, { recipe, directory, env }: Build, log: Log) {
  await mkdir(directory, { recursive: true });
  await removeUnfinished(directory);
  const unfinished = join(directory, `${UNFINISHED}${name}`);
  await runGo(['build', '-v', ...recipe.flags, '-o', unfinished, path], {
    name,
    cwd: recipe.module,
    env,
    log,
  });
  await chmod(unfinished, 0o755);
  await rename(unfinished, join(directory, name));
}

/**
 * The environment of `go build`: nothing of the caller's that could change what is built.
 * @param ownCaches folder for Go's caches when the home directory cannot be written
 */
export function goEnvironment(recipe: BuildRecipe, env: NodeJS.ProcessEnv, ownCaches?: string): NodeJS.ProcessEnv {
  const { goos: GOOS, goarch: GOARCH } = recipe;
  const caches = ownCaches === undefined ? {} : { GOPATH: join(ownCaches, 'go'), GOCACHE: join(ownCaches, 'go-build') };
  return { ...caches, ...env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off', GOOS, GOARCH };
}

interface Run {
  readonly name: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
}

async function runGo(args: readonly string[], { name, cwd, env, log }: Run): Promise<void> {
  const begun = performance.now();
  const lines: string[] = [];
  const since = (): string => elapsed(performance.now() - begun);
  log(`building ${name} ...`);
  const heartbeat = setInterval(() => {
    log(`building ${name}: ${since()}, ${progress(lines)}`);
  }, HEARTBEAT);
  try {
    // On SIGINT go removes its temporary files.
    const child = spawnGuarded('go', args, { cwd, env, output: 'pipe', signal: 'INT' });
    if (child.stderr) createInterface(child.stderr).on('line', (line) => lines.push(line));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`go build of ${name} failed:\n${lines.slice(-LINES_SHOWN).join('\n')}`);
    log(`built ${name} in ${since()}`);
  } finally {
    clearInterval(heartbeat);
  }
}

/** `go build -v` prints a line for each module that it fetches and for each package that it compiles. */
function progress(lines: readonly string[]): string {
  const fetched = lines.filter((line) => line.startsWith('go: downloading')).length;
  const compiled = lines.length - fetched;
  return `${fetched} modules fetched, ${compiled} packages compiled`;
}

async function removeUnfinished(directory: string): Promise<void> {
  const names = await readdir(directory);
  const unfinished = names.filter((name) => name.startsWith(UNFINISHED));
  await Promise.all(unfinished.map((name) => rm(join(directory, name), { force: true })));
}
