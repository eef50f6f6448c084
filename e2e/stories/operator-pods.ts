import type { ApiClient } from '../../src/kube/client.ts';
import { LEASES } from '../../src/kube/resources.ts';
import { LEASE_NAME, OPERATOR_NAME } from '../../src/names.ts';
import { until } from '../../test/cluster/wait.ts';
import { isRunning, PODS, type Pod } from './pods.ts';

const METRICS_PORT = 8080;
const LABEL = `app.kubernetes.io/name=${OPERATOR_NAME}`;
const LEADS_WITHIN = 90_000;

/** The operator as the pods of its Deployment. */
export class OperatorPods {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async list(): Promise<readonly Pod[]> {
    return (await this.#api.list(PODS, { namespace: OPERATOR_NAME, labelSelector: LABEL })).items;
  }

  /** The pod that holds the Lease, ready and at work: what it exports, nobody else does. */
  leader(): Promise<Pod> {
    return this.#leads(() => true);
  }

  /** Waits until another pod than this one leads. @param name of the one that led */
  otherLeader(name: string): Promise<Pod> {
    return this.#leads(({ metadata }) => metadata.name !== name);
  }

  #leads(isMeant: (pod: Pod) => boolean): Promise<Pod> {
    return until(
      async () => {
        const { spec } = await this.#api.get(LEASES, { namespace: OPERATOR_NAME, name: LEASE_NAME });
        const holder = spec?.holderIdentity ?? '';
        const pod = (await this.list()).find(({ metadata }) => holder.startsWith(`${metadata.name}_`));
        if (pod === undefined || !isMeant(pod) || pod.metadata.deletionTimestamp !== undefined || !isRunning(pod))
          return undefined;
        const leads = await this.#read(pod, `leader_election_master_status{name="${LEASE_NAME}"}`);
        return leads === 1 ? pod : undefined;
      },
      { what: 'an operator pod that leads', within: LEADS_WITHIN, every: 250 },
    );
  }

  /** The leader's value of one series, written as in the exposition format; undefined where there is none. */
  async metric(series: string): Promise<number | undefined> {
    return this.#read(await this.leader(), series);
  }

  /** The sum of the leader's series whose names begin so; 0 where there is none. */
  async sum(beginning: string): Promise<number> {
    const lines = (await this.#text(await this.leader())).split('\n').filter((line) => line.startsWith(beginning));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  async #read(pod: Pod, series: string): Promise<number | undefined> {
    const line = (await this.#text(pod)).split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  /** Empty where the pod does not answer now. */
  async #text({ status }: Pod): Promise<string> {
    const answer = await fetch(`http://${status?.podIP ?? ''}:${METRICS_PORT}/metrics`).catch(() => undefined);
    return (await answer?.text()) ?? '';
  }
}
