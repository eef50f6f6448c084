import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The Go packages of Kubernetes that tests run, by the file name that each binary gets. */
export const PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kubelet: 'k8s.io/kubernetes/cmd/kubelet',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
} as const;

export type BinaryName = keyof typeof PACKAGES;

/** What decides the bytes of a binary, and so the folder that it is cached in. */
export interface BuildRecipe {
  /** The folder of `go.mod` and `go.sum`. */
  readonly module: string;
  /** The oldest Go that can build it, as in `go.mod`: `1.26.0`. */
  readonly goVersion: string;
  readonly goos: string;
  readonly goarch: string;
  /** Arguments of `go build` before the package. */
  readonly flags: readonly string[];
  /** Hexadecimal, 16 digits. */
  readonly key: string;
}

/** The flags of `go build` for a version of the module that the binaries come from. */
export interface Flavour {
  /** Module path, as in `go.mod`. */
  readonly source: string;
  /** @param version as `go.mod` pins it, without the `v` */
  readonly flags: (version: string) => readonly string[];
}

/**
 * Reads how the binaries are to be built.
 * @param module folder of `go.mod` and `go.sum`
 * @throws Error when `go.mod` names no version of Go or of the source, or a file cannot be read.
 */
export async function readRecipe(
  module: string = import.meta.dirname,
  { source, flags: flagsFor }: Flavour = KUBERNETES,
): Promise<BuildRecipe> {
  const [mod = '', sum] = await Promise.all(['go.mod', 'go.sum'].map((name) => readFile(join(module, name), 'utf8')));
  const goVersion = /^go (\d+\.\d+\S*)$/m.exec(mod)?.[1];
  const version = pinnedVersion(mod, source);
  if (goVersion === undefined || version === undefined) {
    throw new Error(`${module}/go.mod names no version of Go or of ${source}`);
  }
  const flags = flagsFor(version);
  const goos = process.platform;
  const goarch = process.arch === 'x64' ? 'amd64' : process.arch;
  const key = createHash('sha256')
    .update(JSON.stringify([mod, sum, flags, goos, goarch]))
    .digest('hex')
    .slice(0, 16);
  return { module, goVersion, goos, goarch, flags, key };
}

function pinnedVersion(mod: string, source: string): string | undefined {
  const requirement = mod
    .split('\n')
    .map((line) =>
      line
        .replace(/^require /, '')
        .trim()
        .split(' '),
    )
    .find(([path, version]) => path === source && version?.startsWith('v'));
  return requirement?.[1]?.slice(1);
}

/** For binaries that are built once and only run: no paths of the machine, no debugging tables. */
export const PLAIN_FLAGS = ['-buildvcs=false', '-trimpath'] as const;
export const STRIPPED = '-s -w';

const KUBERNETES: Flavour = { source: 'k8s.io/kubernetes', flags: kubernetesFlags };

/** Without the version in its linker flags an API server calls itself v0.0.0. */
function kubernetesFlags(kubernetes: string): string[] {
  const [major, minor] = kubernetes.split('.');
  const version = 'k8s.io/component-base/version';
  const linker = [
    STRIPPED,
    `-X ${version}.gitVersion=v${kubernetes}`,
    `-X ${version}.gitMajor=${major ?? ''}`,
    `-X ${version}.gitMinor=${minor ?? ''}`,
  ];
  return [...PLAIN_FLAGS, '-ldflags', linker.join(' ')];
}
