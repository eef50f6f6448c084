import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The Go packages of the control plane, by the file name that each binary gets. */
export const PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
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

/**
 * Reads how the binaries are to be built.
 * @param module folder of `go.mod` and `go.sum`
 * @throws Error when `go.mod` names no version of Go or Kubernetes, or a file cannot be read.
 */
export async function readRecipe(module: string = import.meta.dirname): Promise<BuildRecipe> {
  const [mod, sum] = await Promise.all(['go.mod', 'go.sum'].map((name) => readFile(join(module, name), 'utf8')));
  const goVersion = /^go (\d+\.\d+\S*)$/m.exec(mod ?? '')?.[1];
  const kubernetes = /^\s*(?:require )?k8s\.io\/kubernetes v(\S+)/m.exec(mod ?? '')?.[1];
  if (goVersion === undefined || kubernetes === undefined) {
    throw new Error(`${module}/go.mod names no version of Go or of k8s.io/kubernetes`);
  }
  const flags = buildFlags(kubernetes);
  const goos = process.platform;
  const goarch = process.arch === 'x64' ? 'amd64' : process.arch;
  const key = createHash('sha256')
    .update(JSON.stringify([mod, sum, flags, goos, goarch]))
    .digest('hex')
    .slice(0, 16);
  return { module, goVersion, goos, goarch, flags, key };
}

/** Without the version in its linker flags an API server calls itself v0.0.0. */
function buildFlags(kubernetes: string): string[] {
  const [major, minor] = kubernetes.split('.');
  const version = 'k8s.io/component-base/version';
  const linker = [
    '-s -w',
    `-X ${version}.gitVersion=v${kubernetes}`,
    `-X ${version}.gitMajor=${major ?? ''}`,
    `-X ${version}.gitMinor=${minor ?? ''}`,
  ];
  return ['-buildvcs=false', '-trimpath', '-ldflags', linker.join(' ')];
}
