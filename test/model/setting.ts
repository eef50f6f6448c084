import { SECRET_NAMES_ROLE } from '../../src/names.ts';
import { ApiClient } from '../../src/kube/client.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { OperatorCluster } from '../cluster/install-operator.ts';
import { OperatorProcess } from '../cluster/operator-process.ts';
import { CLUSTER_ROLES } from '../integration/objects.ts';
import { Cluster } from './cluster.ts';
import type { Disturbance } from './run.ts';
import { SECRET_NAMES } from './world.ts';

/** Alone: hand-over between replicas has tests of its own, and a killed leader's Lease would cost 15 s each time. */
const ARGS = ['--leader-elect=false', '--log-level=debug'];

/** The operator under its own rights, with the Secret names of the model allowed, and an administrator's view. */
export class Setting {
  readonly cluster: Cluster;
  readonly #api: ApiClient;
  #kubeconfig: string;
  #operator: OperatorProcess | undefined;

  private constructor(installed: OperatorCluster, prefix: string) {
    this.#kubeconfig = installed.kubeconfig;
    const kubeConfig = loadKubeConfig(installed.plane.adminKubeconfig);
    this.#api = new ApiClient({ kubeConfig, userAgent: 'test', clock: systemClock });
    this.cluster = new Cluster(this.#api, prefix);
  }

  /** @param kubeconfig of the operator; default: the one that goes straight to the API server */
  static async start(installed: OperatorCluster, prefix: string, kubeconfig = installed.kubeconfig): Promise<Setting> {
    const setting = new Setting(installed, prefix);
    setting.#kubeconfig = kubeconfig;
    await setting.#allow(SECRET_NAMES);
    await setting.startOperator();
    await setting.#operator?.whenReady();
    return setting;
  }

  async startOperator(): Promise<void> {
    this.#operator = await OperatorProcess.start({ kubeconfig: this.#kubeconfig, args: ARGS });
  }

  /** What is needed to understand a failure: what the operator said last, and how the policies stand. */
  async lastWords(): Promise<readonly string[]> {
    const said = (this.#operator?.logs ?? []).slice(-20).map((line) => JSON.stringify(line));
    const ready = (await this.#operator?.readyz().catch(String)) ?? 'no answer';
    const policies = await this.cluster.policies();
    return [
      `it ${this.#operator?.running === true ? 'runs' : 'has ended'}; readyz: ${JSON.stringify(ready)}`,
      ...policies.map(
        ({ metadata, status }) =>
          `${metadata.name} ${JSON.stringify({ ...metadata, managedFields: undefined })} ${JSON.stringify(status)}`,
      ),
      ...said,
    ];
  }

  restart(signal: 'SIGKILL' | 'SIGTERM'): Disturbance {
    return {
      text: `operator ended by ${signal}`,
      away: true,
      begin: async () => {
        await this.#operator?.stop(signal);
        return () => this.startOperator();
      },
    };
  }

  /** Policies go, namespaces go without waiting, and the rights are again those of the manifests. */
  async end(): Promise<void> {
    for (const { metadata } of await this.cluster.policies()) {
      await this.cluster.deletePolicy(metadata.name);
    }
    for (const name of (await this.cluster.read()).keys()) await this.cluster.deleteNamespace(name);
    await this.#operator?.stop();
    for (const { metadata } of await this.cluster.policies()) await this.cluster.forgetPolicy(metadata.name);
    await this.#allow(SECRET_NAMES.slice(0, 1));
    await this.#api.close();
  }

  #allow(names: readonly string[]): Promise<unknown> {
    const patch = [{ op: 'replace', path: '/rules/0/resourceNames', value: names }];
    return this.#api.patch(CLUSTER_ROLES, { name: SECRET_NAMES_ROLE }, patch, 'json');
  }
}
