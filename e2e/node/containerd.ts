import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon, whileRunning } from '../../test/cluster/daemon.ts';
import { until } from '../../test/cluster/wait.ts';
import type { RegistryPlace } from './addresses.ts';
import { containerdConfig, registryHosts } from './containerd-config.ts';
import { podNetwork } from './network.ts';
import { runTool } from './tool.ts';

const READY_WITHIN = 60_000;
/** containerd's own name space for what the kubelet sees. */
const KUBERNETES = 'k8s.io';

export interface ContainerdOptions {
  readonly containerd: string;
  readonly ctr: string;
  readonly runc: string;
  /** Folder of the CNI plugins. */
  readonly networkPlugins: string;
  /** Everything of containerd lies here. */
  readonly folder: string;
  readonly logFile: string;
}

/** The container runtime of the node. */
export class Containerd {
  readonly #options: ContainerdOptions;
  #daemon: Daemon;

  private constructor(options: ContainerdOptions, daemon: Daemon) {
    this.#options = options;
    this.#daemon = daemon;
  }

  /**
   * Writes the configuration and starts containerd. It runs in the sandbox's control group; its pods do not end with it.
   * @param registries what host names of images stand for
   * @throws DaemonEnded when it does not stay; Error when it does not answer within a minute
   */
  static async start(options: ContainerdOptions, registries: readonly RegistryPlace[]): Promise<Containerd> {
    await writeConfiguration(options, registries);
    return new Containerd(options, await startDaemon(options));
  }

  get daemon(): Daemon {
    return this.#daemon;
  }

  /** The socket of its CRI, for the kubelet. */
  get socket(): string {
    return socketIn(this.#options.folder);
  }

  /** Makes the images of an archive (OCI or docker) known to the node. @throws Error with what `ctr` said */
  async importImages(archive: string): Promise<void> {
    await this.#ctr(['images', 'import', archive]);
  }

  /** Gives an image that is on the node a second name. @throws Error with what `ctr` said */
  async tagImage(reference: string, second: string): Promise<void> {
    await this.#ctr(['images', 'tag', reference, second]);
  }

  /** The references of the images on the node. */
  async images(): Promise<string[]> {
    return (await this.#ctr(['images', 'list', '--quiet'])).split('\n').filter((line) => line !== '');
  }

  /** Ends containerd and starts it again; pods run on meanwhile. */
  async restart(): Promise<void> {
    await this.#daemon.stop(10_000);
    this.#daemon = await startDaemon(this.#options);
  }

  #ctr(args: readonly string[]): Promise<string> {
    return runTool(this.#options.ctr, [`--address=${this.socket}`, `--namespace=${KUBERNETES}`, ...args]);
  }
}

const socketIn = (folder: string): string => join(folder, 'containerd.sock');
const configIn = (folder: string): string => join(folder, 'config.toml');

async function startDaemon({ containerd, ctr, folder, logFile }: ContainerdOptions): Promise<Daemon> {
  const daemon = Daemon.start(containerd, [`--config=${configIn(folder)}`], logFile);
  const answers = (): Promise<true | undefined> =>
    runTool(ctr, [`--address=${socketIn(folder)}`, '--connect-timeout=1s', 'version']).then(
      () => true,
      () => undefined,
    );
  await whileRunning([daemon], (signal) =>
    until(answers, { what: 'containerd answers', within: READY_WITHIN, signal }),
  );
  return daemon;
}

async function writeConfiguration(options: ContainerdOptions, registries: readonly RegistryPlace[]): Promise<void> {
  const { folder, runc, networkPlugins } = options;
  const [networkConfig, registryFolder] = [join(folder, 'network'), join(folder, 'registries')];
  await mkdir(networkConfig, { recursive: true });
  await writeFile(join(networkConfig, '10-pods.conflist'), JSON.stringify(podNetwork(join(folder, 'addresses'))));
  for (const registry of registries) {
    await mkdir(join(registryFolder, registry.host), { recursive: true });
    await writeFile(join(registryFolder, registry.host, 'hosts.toml'), registryHosts(registry));
  }
  const config = containerdConfig({
    root: join(folder, 'root'),
    state: join(folder, 'state'),
    opt: join(folder, 'opt'),
    socket: socketIn(folder),
    registries: registryFolder,
    networkConfig,
    networkPlugins,
    runc,
  });
  await writeFile(configIn(folder), config);
}
