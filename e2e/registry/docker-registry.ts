import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon, whileRunning } from '../../test/cluster/daemon.ts';
import { until } from '../../test/cluster/wait.ts';
import { findDockerRegistry } from '../node/packages.ts';

const READY_WITHIN = 20_000;
const STOP_GRACE = 2_000;

export interface DockerRegistryOptions {
  /** Directory for its configuration and images; made if absent. */
  readonly directory: string;
  /** In its directory without it. */
  readonly logFile?: string;
  readonly host: string;
  readonly port: number;
}

/** The registry of the distribution project, as Debian's package docker-registry brings it: holds images, asks nobody for anything. */
export class DockerRegistry {
  readonly url: string;
  readonly #daemon: Daemon;

  private constructor(url: string, daemon: Daemon) {
    this.url = url;
    this.#daemon = daemon;
  }

  /**
   * Starts it and waits until it serves. It ends with this process at the latest.
   * @throws DaemonEnded with its last lines, for instance when the port is taken; Error when docker-registry is not on this machine
   */
  static async start(options: DockerRegistryOptions): Promise<DockerRegistry> {
    const { directory, host, port, logFile = join(directory, 'docker-registry.log') } = options;
    await mkdir(directory, { recursive: true });
    const configuration = join(directory, 'config.yml');
    await writeFile(configuration, configurationOf(join(directory, 'images'), `${host}:${port}`));
    const daemon = Daemon.start(await findDockerRegistry(), ['serve', configuration], logFile);
    const url = `http://${host}:${port}`;
    try {
      await whileRunning([daemon], (signal) => serves(url, signal));
    } catch (error) {
      await daemon.stop(0);
      throw error;
    }
    return new DockerRegistry(url, daemon);
  }

  async stop(): Promise<void> {
    await this.#daemon.stop(STOP_GRACE);
  }
}

function serves(url: string, signal: AbortSignal): Promise<true> {
  const look = async (): Promise<true | undefined> => {
    const answer = await fetch(`${url}/v2/`, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status === 200 ? true : undefined;
  };
  return until(look, { what: `docker-registry at ${url}`, within: READY_WITHIN, signal });
}

/** YAML that is JSON, so that nothing needs quoting. */
function configurationOf(images: string, address: string): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: images }, cache: { blobdescriptor: 'inmemory' } },
    // Without a secret it makes one up, and warns.
    http: { addr: address, secret: 'uploads of one process need no secret' },
  });
}
