import type { RegistryPlace } from './addresses.ts';

export interface ContainerdPaths {
  /** Content, snapshots, metadata. */
  readonly root: string;
  readonly state: string;
  readonly socket: string;
  readonly opt: string;
  /** `certs.d`: a folder per registry host. */
  readonly registries: string;
  readonly networkConfig: string;
  readonly networkPlugins: string;
  readonly runc: string;
}

/** The image that every pod's sandbox runs; imported, never pulled. */
export const PAUSE_IMAGE = 'localhost/pause:1';

/** containerd's configuration, version 3 (docs/cri/config.md of containerd 2). */
export function containerdConfig(paths: ContainerdPaths): string {
  const text = JSON.stringify;
  const runtime = `plugins.'io.containerd.cri.v1.runtime'`;
  const images = `plugins.'io.containerd.cri.v1.images'`;
  return `version = 3
root = ${text(paths.root)}
state = ${text(paths.state)}
imports = []
disabled_plugins = [
  'io.containerd.nri.v1.nri', 'io.containerd.snapshotter.v1.blockfile', 'io.containerd.snapshotter.v1.erofs',
  'io.containerd.differ.v1.erofs', 'io.containerd.image-verifier.v1.bindir', 'io.containerd.tracing.processor.v1.otlp',
]

[grpc]
  address = ${text(paths.socket)}

[plugins.'io.containerd.internal.v1.opt']
  path = ${text(paths.opt)}

[${images}.pinned_images]
  sandbox = ${text(PAUSE_IMAGE)}

[${images}.registry]
  config_path = ${text(paths.registries)}

[${runtime}]
  # Without CAP_SYS_RESOURCE nothing may lower its score, and runc dies of the attempt.
  restrict_oom_score_adj = true

[${runtime}.cni]
  bin_dirs = [${text(paths.networkPlugins)}]
  conf_dir = ${text(paths.networkConfig)}
  use_internal_loopback = true

[${runtime}.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
  [${runtime}.containerd.runtimes.runc.options]
    BinaryName = ${text(paths.runc)}
    SystemdCgroup = false
`;
}

/** `hosts.toml` of a registry: what its host name stands for on this node (docs/hosts.md of containerd 2). */
export function registryHosts({ address, port }: RegistryPlace): string {
  const url = `http://${address}:${port}`;
  return `server = "${url}"\n\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`;
}
