import { join } from 'node:path';
import { NODE_ADDRESS } from './addresses.ts';

/** The kubelet's own limit on pulls, which is no registry's: `registryPullQPS`, `registryBurst`. */
export interface PullRate {
  /** Pulls in a second; 0 for no limit. */
  readonly perSecond: number;
  readonly burst: number;
}

/** The kubelet's default. */
export const DEFAULT_PULL_RATE: PullRate = { perSecond: 5, burst: 10 };

export interface KubeletSetting {
  /** Everything that a kubelet's configuration lets lie elsewhere lies here. */
  readonly folder: string;
  /** Where the output of containers goes. */
  readonly podLogs: string;
  readonly runtimeSocket: string;
  /** The control group that pods are put below, named from the top of the hierarchies; it exists. */
  readonly controlGroup: string;
  readonly pullRate: PullRate;
}

/** Nothing is ever short on the node: no eviction, no removal of images in the middle of a story. */
const NEVER = '0%';

/** KubeletConfiguration v1beta1. What is not said is the default, the back-off after a failed pull (10 s to 5 min) included. */
export const kubeletConfig = ({ folder, podLogs, runtimeSocket, controlGroup, pullRate }: KubeletSetting): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: NODE_ADDRESS,
  containerRuntimeEndpoint: `unix://${runtimeSocket}`,
  podLogsDir: podLogs,
  volumePluginDir: join(folder, 'volume-plugins'),
  resolvConf: join(folder, 'resolv.conf'),
  // Nothing answers there, but at once: without an address each pod would get a Warning about it.
  clusterDNS: [NODE_ADDRESS],
  clusterDomain: 'cluster.local',
  // Only pods of the stories reach it.
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: 'AlwaysAllow' },
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${controlGroup}`,
  failCgroupV1: false,
  failSwapOn: false,
  enforceNodeAllocatable: [],
  localStorageCapacityIsolation: false,
  evictionHard: {
    'imagefs.available': NEVER,
    'imagefs.inodesFree': NEVER,
    'memory.available': NEVER,
    'nodefs.available': NEVER,
    'nodefs.inodesFree': NEVER,
  },
  imageGCHighThresholdPercent: 100,
  // It finds them as it wants them, and must not change them.
  protectKernelDefaults: true,
  registryPullQPS: pullRate.perSecond,
  registryBurst: pullRate.burst,
});
