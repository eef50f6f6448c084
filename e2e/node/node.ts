import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import type { Daemon } from '../../test/cluster/daemon.ts';
import type { KubectlOptions } from '../../test/cluster/kubectl.ts';
import type { Log } from '../../test/cluster/log.ts';
import { ApiClient } from '../../src/kube/client.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Sandbox } from '../sandbox/environment.ts';
import type { PullRate } from './kubelet-config.ts';
import type { LaunchedNode } from './launch.ts';

/** Somebody beside the cluster who knows what happened. */
export interface Witness {
  readonly name: string;
  /** Text of several lines. No credential may be in it. */
  readonly tell: () => string;
}

/** A running cluster of one node, for stories. Its names and addresses stand in `addresses.ts`. */
export class Node {
  /** kubeconfigs of all users, `apply`, the audit log, the restart of the API server. */
  readonly plane: ControlPlane;
  /** Speaks as the administrator. */
  readonly api: ApiClient;
  /** Its folder goes when the run ends; its logs are kept when the run fails. */
  readonly sandbox: Sandbox;
  readonly #launched: LaunchedNode;
  readonly #log: Log;
  readonly #witnesses: Witness[] = [];

  constructor(launched: LaunchedNode, sandbox: Sandbox, log: Log) {
    this.#launched = launched;
    this.#log = log;
    this.sandbox = sandbox;
    this.plane = launched.plane;
    const kubeConfig = loadKubeConfig(this.plane.adminKubeconfig);
    this.api = new ApiClient({ kubeConfig, userAgent: 'e2e', clock: systemClock });
    for (const daemon of [launched.scheduler, launched.containerd.daemon, launched.kubelet.daemon])
      this.#reportEnd(daemon);
  }

  /**
   * Runs kubectl, as administrator unless another kubeconfig is given.
   * @returns its standard output
   * @throws Error with what kubectl said when it fails
   */
  async kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.plane.kubectl(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with status ${code}: ${stderr.trim()}`);
    return stdout;
  }

  /** Puts the images of an OCI or docker archive on the node, as if they had been pulled. @throws Error with what `ctr` said */
  async importImages(archive: string): Promise<void> {
    await this.#launched.containerd.importImages(archive);
  }

  /** Gives an image that is on the node a second name; both are full references. @throws Error with what `ctr` said */
  async tagImage(reference: string, second: string): Promise<void> {
    await this.#launched.containerd.tagImage(reference, second);
  }

  /** The references of the images that are on the node. */
  async images(): Promise<string[]> {
    return this.#launched.containerd.images();
  }

  /**
   * Ends the kubelet and starts it again; pods run on meanwhile. Resolves when it is healthy.
   * @param pullRate its own limit on pulls, the default one without
   * @throws DaemonEnded when it does not stay
   */
  async restartKubelet(pullRate?: PullRate): Promise<void> {
    await this.#launched.kubelet.restart(pullRate);
    this.#reportEnd(this.#launched.kubelet.daemon);
  }

  /** Ends containerd and starts it again; pods run on meanwhile. Resolves when it answers. @throws DaemonEnded when it does not stay */
  async restartContainerd(): Promise<void> {
    await this.#launched.containerd.restart();
    this.#reportEnd(this.#launched.containerd.daemon);
  }

  /** Has somebody's account kept as well when a test fails. */
  ask(witness: Witness): void {
    this.#witnesses.push(witness);
  }

  get witnesses(): readonly Witness[] {
    return this.#witnesses;
  }

  /** Ends this process's connections. The cluster itself ends with the sandbox. */
  async close(): Promise<void> {
    await this.api.close();
  }

  /** A crash would otherwise show only as a pod that does not start. */
  #reportEnd(daemon: Daemon): void {
    daemon.endedUnasked().catch((error: unknown) => {
      this.#log(String(error));
    });
  }
}
