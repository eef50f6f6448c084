import { delimiter, join } from 'node:path';
import { PACKAGES, readRecipe, type BinaryName } from './build-recipe.ts';
import { cachedBuild, isExecutable, type BuildPlan } from './cached-build.ts';
import type { Log } from './log.ts';

/** Paths of the servers. */
export interface Binaries {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
}

const CONTROL_PLANE: BuildPlan<BinaryName> = {
  packages: PACKAGES,
  recipe: () => readRecipe(),
  need: {
    what: 'The test control plane',
    instead: 'set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kube-controller-manager',
  },
};

const NODE: BuildPlan<BinaryName> = {
  ...CONTROL_PLANE,
  need: { what: 'The node of the end-to-end tests', instead: 'leave them out' },
};

const SERVERS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

/**
 * The servers of the control plane: those in `KUBEBUILDER_ASSETS` where it is set, else those in the cache, else built into it. A build from
 * nothing takes seven minutes on two cores.
 * @throws Error naming the binary that `KUBEBUILDER_ASSETS` lacks; Error that says what to install when there is no Go to build with.
 */
export async function findBinaries(log: Log, env: NodeJS.ProcessEnv = process.env): Promise<Binaries> {
  const assets = env['KUBEBUILDER_ASSETS'];
  const directory = assets ? await checkedAssets(assets) : await cachedBuild(SERVERS, CONTROL_PLANE, log, env);
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
  return onPath ?? join(await cachedBuild(['kubectl'], CONTROL_PLANE, log, env), 'kubectl');
}

/** Paths of what a cluster with a node needs besides. */
export interface NodeBinaries {
  readonly kubeScheduler: string;
  readonly kubelet: string;
}

/**
 * Scheduler and kubelet of the same version: those in the cache, else built into it.
 * @throws Error that says what to install when there is no Go to build with.
 */
export async function findNodeBinaries(log: Log, env: NodeJS.ProcessEnv = process.env): Promise<NodeBinaries> {
  const directory = await cachedBuild(['kube-scheduler', 'kubelet'], NODE, log, env);
  return { kubeScheduler: join(directory, 'kube-scheduler'), kubelet: join(directory, 'kubelet') };
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

async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    const candidate = join(directory, name);
    if (directory !== '' && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
}
