import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries, findKubectl, type Binaries } from './binaries.ts';
import { DaemonEnded } from './daemon.ts';
import type { KubectlOptions, KubectlResult } from './kubectl.ts';
import { launch } from './launch.ts';
import { LocalControlPlane } from './local-control-plane.ts';
import { elapsed, logToStderr, type Log } from './log.ts';
import { WITHOUT_NODES, type Profile } from './profile.ts';
import { removeWhenOrphaned } from './reaper.ts';

/** A port may be taken between the kernel's answer and the server's bind; three times in a row it is something else. */
const ATTEMPTS = 3;

export interface ControlPlaneOptions {
  /** Where etcd, kube-apiserver and kube-controller-manager are; looked up or built without it. */
  readonly binaries?: Binaries;
  /** Lines of progress; to standard error without it. */
  readonly log?: Log;
  /** `WITHOUT_NODES` without it. */
  readonly profile?: Profile;
  /** Existing folder for the servers' output and the audit log; within the temporary directory, and gone with it, without. */
  readonly logs?: string;
}

/** Manifests: a folder with a `kustomization.yaml`, or YAML or JSON text. */
export type Manifests = { readonly kustomize: string } | { readonly yaml: string };

/** A running Kubernetes control plane. */
export interface ControlPlane {
  /** Temporary directory of this control plane; gone after `stop`. */
  readonly dataDir: string;
  readonly url: string;
  /** PEM certificates with which the server's own is checked. */
  readonly caData: string;
  /** Path of the administrator's kubeconfig (group system:masters). */
  readonly adminKubeconfig: string;
  /** Path of the audit log, one JSON object per line; `auditEvents` reads it. */
  readonly auditLog: string;
  /** The servers' process ids, by name. */
  readonly pids: ReadonlyMap<string, number>;
  /** Path of the kubeconfig of `administrator`, or of `alice`, `bob` or `carol`, who have no rights. @throws Error for other names. */
  kubeconfigFor(user: string): Promise<string>;
  /** Path of a kubeconfig with a fresh token of a ServiceAccount. @throws Error when there is no such ServiceAccount. */
  serviceAccountKubeconfig(namespace: string, name: string): Promise<string>;
  /** `kubectl apply` as administrator. @throws Error with what kubectl said when it fails. */
  apply(manifests: Manifests): Promise<void>;
  /** Runs kubectl, as administrator unless another kubeconfig is given. A failing command is a result, not an error. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** Ends the API server alone; the data stays. */
  stopApiServer(): Promise<void>;
  /** Ends the API server if it runs and starts it again on the same port and data; resolves when it is ready. */
  restartApiServer(): Promise<void>;
  /** Ends the controller manager, the API server and etcd, in this order, and removes the data. Safe to call again. */
  stop(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver and kube-controller-manager and waits until the API server is ready and the namespace `default` has its
 * ServiceAccount. The servers end with this process at the latest, however it ends.
 * @throws Error when a binary is missing and cannot be built, or when a server does not come up.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const log = options.log ?? logToStderr;
  const binaries = options.binaries ?? (await findBinaries(log));
  const kubectl = await findKubectl(log);
  const begun = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const plane = await startOnce(binaries, kubectl, { ...options, log });
      log(`control plane ready at ${plane.url} after ${elapsed(performance.now() - begun)}`);
      return plane;
    } catch (error) {
      if (!(error instanceof DaemonEnded) || attempt === ATTEMPTS) throw error;
      log(`${error.message}\nstarting again with other ports`);
    }
  }
}

async function startOnce(
  binaries: Binaries,
  kubectl: string,
  { log = logToStderr, profile = WITHOUT_NODES, logs }: ControlPlaneOptions,
): Promise<ControlPlane> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rco-control-plane-'));
  const dismiss = removeWhenOrphaned(dataDir);
  const removeData = async (): Promise<void> => {
    await dismiss();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const own = join(dataDir, 'logs');
    await mkdir(own);
    return new LocalControlPlane(await launch({ binaries, dataDir, logs: logs ?? own, profile }), {
      kubectl,
      removeData,
      log,
    });
  } catch (error) {
    await removeData();
    throw error;
  }
}
