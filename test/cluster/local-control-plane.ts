import { join } from 'node:path';
import { apiServerReady, startApiServer } from './api-server.ts';
import type { ControlPlane, Manifests } from './control-plane.ts';
import type { Daemon } from './daemon.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { runKubectl, type KubectlOptions, type KubectlResult } from './kubectl.ts';
import type { Launched } from './launch.ts';
import type { Log } from './log.ts';
import { serviceAccountToken } from './service-account-token.ts';
import { ADMINISTRATOR } from './users.ts';

/** Milliseconds for a server to end by itself: requests in flight are answered. An API server with open watches takes up to a minute. */
const GRACE = 2000;

interface Surroundings {
  /** Path of kubectl. */
  readonly kubectl: string;
  readonly removeData: () => Promise<void>;
  readonly log: Log;
}

/** The control plane of this process: three daemons on one directory. */
export class LocalControlPlane implements ControlPlane {
  readonly #launched: Launched;
  readonly #surroundings: Surroundings;
  #apiServer: Daemon;
  #stopped: Promise<void> | undefined;

  constructor(launched: Launched, surroundings: Surroundings) {
    this.#launched = launched;
    this.#surroundings = surroundings;
    this.#apiServer = launched.apiServer;
    for (const daemon of [launched.etcd, launched.apiServer, launched.controllerManager]) this.#reportEnd(daemon);
  }

  get dataDir(): string {
    return this.#launched.dataDir;
  }

  get url(): string {
    return this.#launched.server.url;
  }

  get caData(): string {
    return this.#launched.server.caData;
  }

  get adminKubeconfig(): string {
    return this.#launched.adminKubeconfig;
  }

  get auditLog(): string {
    return this.#launched.apiServerOptions.auditLog;
  }

  get pids(): ReadonlyMap<string, number> {
    const { controllerManager, etcd } = this.#launched;
    return new Map([controllerManager, this.#apiServer, etcd].map(({ name, pid }) => [name, pid]));
  }

  async kubeconfigFor(user: string): Promise<string> {
    const { dataDir, server, tokens } = this.#launched;
    const token = tokens.get(user);
    if (token === undefined) throw new Error(`no user ${user} here; there are ${[...tokens.keys()].join(', ')}`);
    return writeKubeconfig(dataDir, server, user, token);
  }

  async serviceAccountKubeconfig(namespace: string, name: string): Promise<string> {
    const { dataDir, server, tokens } = this.#launched;
    const token = await serviceAccountToken(server, tokens.get(ADMINISTRATOR) ?? '', { namespace, name });
    return writeKubeconfig(dataDir, server, `${namespace}.${name}`, token);
  }

  async apply(manifests: Manifests): Promise<void> {
    const { code, stderr } = await ('kustomize' in manifests
      ? this.kubectl(['apply', '-k', manifests.kustomize])
      : this.kubectl(['apply', '-f', '-'], { input: manifests.yaml }));
    if (code !== 0) throw new Error(`kubectl apply ended with status ${code}: ${stderr.trim()}`);
  }

  async kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<KubectlResult> {
    return runKubectl(args, {
      kubeconfig: this.adminKubeconfig,
      ...options,
      binary: this.#surroundings.kubectl,
      cacheDirectory: join(this.dataDir, 'kubectl-cache'),
    });
  }

  async stopApiServer(): Promise<void> {
    await this.#apiServer.stop(GRACE);
  }

  async restartApiServer(): Promise<void> {
    if (this.#stopped !== undefined) throw new Error('the control plane was stopped: its data is gone');
    await this.stopApiServer();
    const { apiServerOptions } = this.#launched;
    this.#apiServer = await startApiServer(apiServerOptions);
    await apiServerReady([this.#launched.etcd, this.#apiServer], apiServerOptions);
    this.#reportEnd(this.#apiServer);
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  /** A crash would otherwise show only as a refused connection in some test. */
  #reportEnd(daemon: Daemon): void {
    daemon.endedUnasked().catch((error: unknown) => {
      this.#surroundings.log(String(error));
    });
  }

  async #end(): Promise<void> {
    await this.#launched.controllerManager.stop(GRACE);
    await this.#apiServer.stop(GRACE);
    await this.#launched.etcd.stop(GRACE);
    await this.#surroundings.removeData();
  }
}
