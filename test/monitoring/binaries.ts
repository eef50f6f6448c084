import { join } from 'node:path';
import { PLAIN_FLAGS, readRecipe, STRIPPED } from '../cluster/build-recipe.ts';
import { cachedBuild, isExecutable, type BuildPlan } from '../cluster/cached-build.ts';
import type { Log } from '../cluster/log.ts';

const SOURCE = 'github.com/prometheus/prometheus';
const PACKAGES = { prometheus: `${SOURCE}/cmd/prometheus`, promtool: `${SOURCE}/cmd/promtool` } as const;
const NAMES = ['prometheus', 'promtool'] as const;

/** Without the ways to discover targets in clouds that no test uses: half the packages. A folder without `go.mod` has no web interface either. */
const flags = (version: string): readonly string[] => [
  ...PLAIN_FLAGS,
  '-tags',
  'remove_all_sd',
  '-ldflags',
  `${STRIPPED} -X github.com/prometheus/common/version.Version=${serverVersion(version)}`,
];

/** The Go module of Prometheus 3.13.5 is v0.313.5. */
const serverVersion = (version: string): string =>
  version.replace(/^0\.(\d)(\d\d)\./, (_, major: string, minor: string) => `${major}.${Number(minor)}.`);

const PLAN: BuildPlan<keyof typeof PACKAGES> = {
  packages: PACKAGES,
  recipe: () => readRecipe(import.meta.dirname, { source: SOURCE, flags }),
  need: { what: 'Prometheus', instead: 'set RCO_TEST_PROMETHEUS to a folder with prometheus and promtool' },
};

/** Paths of the programs. */
export interface PrometheusBinaries {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * Prometheus and promtool: those in `RCO_TEST_PROMETHEUS` where it is set, else those in the cache, else built into it. Not those on `PATH`:
 * another version may parse and evaluate otherwise.
 * @throws Error naming the program that `RCO_TEST_PROMETHEUS` lacks; Error that says what to install when there is no Go to build with.
 */
export async function findPrometheus(log: Log, env: NodeJS.ProcessEnv = process.env): Promise<PrometheusBinaries> {
  const own = env['RCO_TEST_PROMETHEUS'];
  const directory = own ? await checked(own) : await cachedBuild(NAMES, PLAN, log, env);
  return { prometheus: join(directory, 'prometheus'), promtool: join(directory, 'promtool') };
}

async function checked(directory: string): Promise<string> {
  for (const name of NAMES) {
    if (await isExecutable(join(directory, name))) continue;
    throw new Error(`RCO_TEST_PROMETHEUS is ${directory}, but there is no executable ${name} in it`);
  }
  return directory;
}
