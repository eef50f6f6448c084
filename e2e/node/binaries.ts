import { join } from 'node:path';
import { findBinaries, findNodeBinaries, type Binaries, type NodeBinaries } from '../../test/cluster/binaries.ts';
import { PLAIN_FLAGS, readRecipe, STRIPPED, type Flavour } from '../../test/cluster/build-recipe.ts';
import { cachedBuild, type BuildPlan } from '../../test/cluster/cached-build.ts';
import type { Log } from '../../test/cluster/log.ts';

const SOURCE = 'github.com/containerd/containerd/v2';
const PACKAGES = {
  containerd: `${SOURCE}/cmd/containerd`,
  'containerd-shim-runc-v2': `${SOURCE}/cmd/containerd-shim-runc-v2`,
  ctr: `${SOURCE}/cmd/ctr`,
} as const;
const NAMES = ['containerd', 'containerd-shim-runc-v2', 'ctr'] as const;

/** Without the snapshotters that need libraries or a file system of their own. */
const CONTAINERD: Flavour = {
  source: SOURCE,
  flags: (version) => [
    ...PLAIN_FLAGS,
    '-tags',
    'no_btrfs no_devmapper no_zfs',
    '-ldflags',
    `${STRIPPED} -X ${SOURCE}/version.Version=v${version}`,
  ],
};

const PLAN: BuildPlan<keyof typeof PACKAGES> = {
  packages: PACKAGES,
  recipe: () => readRecipe(import.meta.dirname, CONTAINERD),
  need: { what: 'The container runtime of the end-to-end tests', instead: 'leave them out' },
};

/** Paths of all programs of a cluster with a node. */
export interface ClusterBinaries {
  readonly plane: Binaries;
  readonly node: NodeBinaries;
  /** containerd finds its shim beside itself. */
  readonly containerd: string;
  readonly ctr: string;
}

/**
 * The programs of a cluster with a node: those in the cache, else built into it. From nothing that takes ten minutes on two cores.
 * @throws Error that says what to install when there is no Go to build with.
 */
export async function findClusterBinaries(log: Log): Promise<ClusterBinaries> {
  const plane = await findBinaries(log);
  const node = await findNodeBinaries(log);
  const runtime = await cachedBuild(NAMES, PLAN, log, process.env);
  return { plane, node, containerd: join(runtime, 'containerd'), ctr: join(runtime, 'ctr') };
}
