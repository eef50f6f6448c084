import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readRecipe } from '../../cluster/build-recipe.ts';
import { cacheDirectory } from '../../cluster/cache-directory.ts';
import { goEnvironment } from '../../cluster/go-build.ts';
import { pick } from '../../config/kustomize.ts';

const SOURCE = 'github.com/prometheus-operator/prometheus-operator';
/** Where its module keeps them. */
const FOLDER = 'example/prometheus-operator-crd';

/**
 * Paths of CRDs of the Prometheus operator: in `RCO_TEST_PROMETHEUS_CRDS` where it is set, else of the version that `go.mod` beside this file
 * pins, fetched once into Go's own cache and checked against `go.sum`.
 * @param plurals `servicemonitors`, as the files are named
 * @throws Error that says what to set when Go cannot fetch the module, with Go's words
 */
export async function prometheusOperatorCrds(
  plurals: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  const { RCO_TEST_PROMETHEUS_CRDS: own = '' } = env;
  const folder = own !== '' ? own : join(await fetchModule(env), FOLDER);
  return plurals.map((plural) => join(folder, `monitoring.coreos.com_${plural}.yaml`));
}

/** @returns the folder that the module was unpacked in */
async function fetchModule(env: NodeJS.ProcessEnv): Promise<string> {
  const recipe = await readRecipe(import.meta.dirname, { source: SOURCE, flags: () => [] });
  const cache = await cacheDirectory(env);
  try {
    const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', SOURCE], {
      cwd: recipe.module,
      env: goEnvironment(recipe, env, cache.inHome ? undefined : cache.path),
    });
    return String(pick(JSON.parse(stdout), 'Dir'));
  } catch (error) {
    const instead = `install Go ${recipe.goVersion} or later, or set RCO_TEST_PROMETHEUS_CRDS to a folder with the files`;
    throw new Error(`the CRDs of the Prometheus operator cannot be fetched: ${instead}\n${String(error)}`, {
      cause: error,
    });
  }
}
