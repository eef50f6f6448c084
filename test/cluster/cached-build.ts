import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRecipe } from './build-recipe.ts';
import { cacheDirectory } from './cache-directory.ts';
import { goBuild, goEnvironment, type Build } from './go-build.ts';
import { requireGo, type Need } from './go-toolchain.ts';
import { withLock } from './lock.ts';
import type { Log } from './log.ts';

/** Binaries that are built together from one `go.mod`. */
export interface BuildPlan<Name extends string> {
  /** The Go packages by the file name that each binary gets. */
  readonly packages: Readonly<Record<Name, string>>;
  readonly recipe: () => Promise<BuildRecipe>;
  readonly need: Need;
}

/**
 * The cache's folder for a plan's recipe, with all of `names` in it: what is missing is built, by one process of this machine at a time.
 * @throws Error that says what to install when there is no Go to build with; Error with the last lines of `go build` when it fails.
 */
export async function cachedBuild<Name extends string>(
  names: readonly Name[],
  plan: BuildPlan<Name>,
  log: Log,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const [recipe, cache] = await Promise.all([plan.recipe(), cacheDirectory(env)]);
  const directory = join(cache.path, recipe.key);
  if ((await missing(names, directory)).length > 0) {
    const build = { recipe, directory, env: goEnvironment(recipe, env, cache.inHome ? undefined : cache.path) };
    await withLock(directory, log, () => buildMissing(names, plan, build, log));
  }
  return directory;
}

async function buildMissing<Name extends string>(
  names: readonly Name[],
  { packages, need }: BuildPlan<Name>,
  build: Build,
  log: Log,
): Promise<void> {
  // Looked at again: whoever held the lock may have built them.
  const todo = await missing(names, build.directory);
  if (todo.length === 0) return;
  await requireGo(build.recipe, build.env, need);
  log(`building ${todo.join(', ')} into ${build.directory}; minutes the first time, then never again for this version`);
  for (const name of todo) await goBuild({ name, package: packages[name] }, build, log);
}

async function missing<Name extends string>(names: readonly Name[], directory: string): Promise<Name[]> {
  const there = await Promise.all(names.map((name) => isExecutable(join(directory, name))));
  return names.filter((_, index) => there[index] !== true);
}

/** Whether there is a file that this user may run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
