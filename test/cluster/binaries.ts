import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readRecipe, type BinaryName } from './build-recipe.ts';
import { cacheDirectory } from './cache-directory.ts';
import { goBuild, goEnvironment, type Build } from './go-build.ts';
import { requireGo } from './go-toolchain.ts';
import { withLock } from './lock.ts';
import type { Log } from './log.ts';

/** Paths of the servers. */
export interface Binaries {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
}

const SERVERS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

/**
 * The servers of the control plane: those in `KUBEBUILDER_ASSETS` where it is set, else those in the cache, else built into it. A build from
 * nothing takes seven minutes on two cores.
 * @throws Error naming the binary that `KUBEBUILDER_ASSETS` lacks; Error that says what to install when there is no Go to build with.
 */
export async function findBinaries(log: Log, env: NodeJS.ProcessEnv = process.env): Promise<Binaries> {
  const assets = env['KUBEBUILDER_ASSETS'];
  const directory = assets ? await checkedAssets(assets) : await cached(SERVERS, log, env);
  return {
    etcd: join(directory, 'etcd'),
    kubeApiserver: join(directory, 'kube-apiserver'),
    kubeControllerManager: join(directory, 'kube-controller-manager'),
  };
}

/**
 * kubectl: the one on `PATH`, else the one in the cache, else built into it. `RCO_TEST_KUBECTL=build` passes over `PATH`.
 * @throws Error that says what to install when there is neither kubectl nor Go.
 */
export async function findKubectl(log: Log, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const onPath = env['RCO_TEST_KUBECTL'] === 'build' ? undefined : await findOnPath('kubectl', env['PATH'] ?? '');
  return onPath ?? join(await cached(['kubectl'], log, env), 'kubectl');
}

async function checkedAssets(directory: string): Promise<string> {
  for (const name of SERVERS) {
    if (await isExecutable(join(directory, name))) continue;
    throw new Error(
      `KUBEBUILDER_ASSETS is ${directory}, but there is no executable ${name} in it ` +
        `(needed: ${SERVERS.join(', ')}). Add it, or unset KUBEBUILDER_ASSETS to have all of them built.`,
    );
  }
  return directory;
}

/** The cache's folder for this recipe, with all of `names` in it. */
async function cached(names: readonly BinaryName[], log: Log, env: NodeJS.ProcessEnv): Promise<string> {
  const [recipe, cache] = await Promise.all([readRecipe(), cacheDirectory(env)]);
  const directory = join(cache.path, recipe.key);
  if ((await missing(names, directory)).length > 0) {
    const build = { recipe, directory, env: goEnvironment(recipe, env, cache.inHome ? undefined : cache.path) };
    await withLock(directory, log, () => buildMissing(names, build, log));
  }
  return directory;
}

async function buildMissing(names: readonly BinaryName[], build: Build, log: Log): Promise<void> {
  // Looked at again: whoever held the lock may have built them.
  const todo = await missing(names, build.directory);
  if (todo.length === 0) return;
  await requireGo(build.recipe, build.env);
  log(`building ${todo.join(', ')} into ${build.directory}; minutes the first time, then never again for this version`);
  for (const name of todo) await goBuild(name, build, log);
}

async function missing(names: readonly BinaryName[], directory: string): Promise<BinaryName[]> {
  const there = await Promise.all(names.map((name) => isExecutable(join(directory, name))));
  return names.filter((_, index) => there[index] !== true);
}

async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    const candidate = join(directory, name);
    if (directory !== '' && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
