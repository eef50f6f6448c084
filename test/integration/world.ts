import { ApiClient } from '../../src/kube/client.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { POLICIES } from '../../src/kube/resources.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { LEASE_NAME } from '../../src/names.ts';
import type { OperatorCluster } from '../cluster/install-operator.ts';
import { useOperatorCluster } from '../cluster/shared.ts';
import { until } from '../cluster/wait.ts';
import { OperatorProcess } from '../cluster/operator-process.ts';
import { orAbsent, Scene } from './scene.ts';

const POLICY_GONE_WITHIN = 10_000;

/** The shared cluster, an administrator's connection to it, and the operator at work in it under its own rights. */
export interface World {
  readonly cluster: OperatorCluster;
  /** Speaks as the administrator. */
  readonly api: ApiClient;
  /** @throws Error where there is none now */
  readonly operator: OperatorProcess;
  /** Names of one test; `name` is to be unique within the file. */
  scene(name: string): Scene;
  /** Starts another operator, ended after the test file at the latest. */
  start(args?: readonly string[], kubeconfig?: string): Promise<OperatorProcess>;
}

export interface WorldOptions {
  /** Further flags of the operator. */
  readonly args?: readonly string[];
  /** Whether an operator runs from the start; true without it. */
  readonly operator?: boolean;
}

/** Ready is not enough: an operator of tests before that was killed holds the Lease until it expires, 15 s later. */
async function whenLeading(process: OperatorProcess): Promise<void> {
  await process.whenReady();
  const series = `leader_election_master_status{name="${LEASE_NAME}"}`;
  await until(async () => ((await process.metric(series)) === 1 ? true : undefined), {
    what: 'an operator that leads',
    within: 30_000,
  });
}

/**
 * For the body of a `describe`: an operator that starts before its tests and ends after them, with the policies whose names begin with
 * `prefix`. One for each file, because other tests set up objects that an operator at work would set right.
 * @returns to be called within tests and hooks
 */
export function useWorld(prefix: string, { args = [], operator = true }: WorldOptions = {}): () => World {
  const cluster = useOperatorCluster();
  const started: OperatorProcess[] = [];
  let client: ApiClient | undefined;

  const start: World['start'] = async (flags = [], kubeconfig = cluster().kubeconfig) => {
    const process = await OperatorProcess.start({ kubeconfig, args: ['--log-level=debug', ...args, ...flags] });
    started.push(process);
    return process;
  };

  before(async function () {
    this.timeout(60_000);
    client = administrator(cluster());
    if (operator) await whenLeading(await start());
  });

  afterEach(function () {
    if (this.currentTest?.state !== 'failed' || this.currentTest.err === undefined) return;
    this.currentTest.err.message += started.map((process) => `\n${lastWords(process)}`).join('');
  });

  after(async function () {
    this.timeout(60_000);
    if (client !== undefined)
      await endPolicies(
        client,
        prefix,
        started.some(({ running }) => running),
      );
    for (const process of started) await process.stop(operator ? 'SIGTERM' : 'SIGKILL');
    await client?.close();
  });

  return () => {
    if (client === undefined) throw new Error('the world is there only within tests and hooks');
    const api = client;
    return {
      cluster: cluster(),
      api,
      get operator() {
        const running = started.findLast((process) => process.running);
        if (running === undefined) throw new Error('no operator runs now');
        return running;
      },
      scene: (name) => new Scene(`${prefix}-${name}`, api),
      start,
    };
  };
}

function administrator({ plane }: OperatorCluster): ApiClient {
  return new ApiClient({ kubeConfig: loadKubeConfig(plane.adminKubeconfig), userAgent: 'test', clock: systemClock });
}

const LINES_SHOWN = 15;

/** What a person wants to see of the operator when a test has failed. */
function lastWords({ pid, running, logs }: OperatorProcess): string {
  const lines = logs.filter(({ level }) => level !== 'debug').slice(-LINES_SHOWN);
  return [
    `operator ${pid}, ${running ? 'running' : 'ended'}, last said:`,
    ...lines.map((line) => JSON.stringify(line)),
  ].join('\n');
}

/** Has the policies of a file go in the proper way, or by force where there is nobody left to do it. */
async function endPolicies(api: ApiClient, prefix: string, orderly: boolean): Promise<void> {
  const mine = async (): Promise<readonly string[]> =>
    (await api.list(POLICIES, {})).items
      .map(({ metadata }) => metadata.name)
      .filter((name) => name === prefix || name.startsWith(`${prefix}-`));
  for (const name of await mine()) await orAbsent(api.delete(POLICIES, { name }));
  if (orderly) {
    const gone = async (): Promise<true | undefined> => ((await mine()).length === 0 ? true : undefined);
    await until(gone, { what: `the policies ${prefix}-* gone`, within: POLICY_GONE_WITHIN }).catch(() => undefined);
  }
  for (const name of await mine())
    await orAbsent(api.patch(POLICIES, { name }, { metadata: { finalizers: null } }, 'merge'));
}
