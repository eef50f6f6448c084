import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon, whileRunning } from '../../test/cluster/daemon.ts';
import { until } from '../../test/cluster/wait.ts';
import { NODE_ADDRESS, NODE_NAME } from './addresses.ts';
import { DEFAULT_PULL_RATE, kubeletConfig, type KubeletSetting, type PullRate } from './kubelet-config.ts';

/** Milliseconds; a kubelet that is asked to end does so at once. */
const GRACE = 10_000;
const ANSWERS_WITHIN = 60_000;
/** The kubelet's own health address (`healthzPort`), on 127.0.0.1. */
const HEALTH = 'http://127.0.0.1:10248/healthz';

export interface KubeletOptions extends Omit<KubeletSetting, 'pullRate'> {
  readonly binary: string;
  readonly kubeconfig: string;
  readonly logFile: string;
}

/** The kubelet of the node. Whether the node is ready is the API server's to say. */
export class Kubelet {
  readonly #options: KubeletOptions;
  #daemon: Daemon;

  private constructor(options: KubeletOptions, daemon: Daemon) {
    this.#options = options;
    this.#daemon = daemon;
  }

  static async start(options: KubeletOptions): Promise<Kubelet> {
    await mkdir(join(options.folder, 'volume-plugins'), { recursive: true });
    await writeFile(join(options.folder, 'resolv.conf'), `nameserver ${NODE_ADDRESS}\n`);
    return new Kubelet(options, await startDaemon(options, DEFAULT_PULL_RATE));
  }

  get daemon(): Daemon {
    return this.#daemon;
  }

  /**
   * Ends the kubelet and starts it again on the same state; pods run on meanwhile.
   * @throws DaemonEnded when it does not stay; Error when it is not healthy within a minute
   */
  async restart(pullRate: PullRate = DEFAULT_PULL_RATE): Promise<void> {
    await this.#daemon.stop(GRACE);
    this.#daemon = await startDaemon(this.#options, pullRate);
  }
}

async function startDaemon(options: KubeletOptions, pullRate: PullRate): Promise<Daemon> {
  const config = join(options.folder, 'config.json');
  await writeFile(config, JSON.stringify(kubeletConfig({ ...options, pullRate }), null, 2));
  const args = [
    `--config=${config}`,
    `--kubeconfig=${options.kubeconfig}`,
    `--root-dir=${join(options.folder, 'root')}`,
    `--cert-dir=${join(options.folder, 'certificates')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
  ];
  const daemon = Daemon.start(options.binary, args, options.logFile);
  await whileRunning([daemon], (signal) => until(healthy, { what: 'kubelet healthy', within: ANSWERS_WITHIN, signal }));
  return daemon;
}

async function healthy(): Promise<true | undefined> {
  const answer = await fetch(HEALTH).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200 ? true : undefined;
}
