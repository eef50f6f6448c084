import { operatorCluster } from '../cluster/shared.ts';
import { FaultProxy } from '../faults/proxy.ts';
import { faultsOf } from './faults.ts';
import { run, type RunResult } from './run.ts';
import { Setting } from './setting.ts';

/**
 * Random operations for as long as it takes, with restarts and long faults, on a control plane of its own.
 * `RCO_MODEL_OPERATIONS` (10,000), `RCO_MODEL_SECONDS` (no limit) and `RCO_MODEL_SEED` (random) as for the test.
 */

const PREFIX = 'soak';
const LONG_FAULT = 30_000;
const SHORT_FAULT = 2_000;
/** Back-off after 30 s of outage. */
const SETTLES_WITHIN = 90_000;
const HOUR = 3_600_000;

const number = (variable: string, otherwise: number): number => Number(process.env[variable] ?? otherwise);

const seed = number('RCO_MODEL_SEED', Math.floor(Math.random() * 2 ** 32));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function soak(): Promise<RunResult> {
  const installed = await operatorCluster();
  const proxy = await FaultProxy.start(installed.plane);
  const setting = await Setting.start(installed, PREFIX, await proxy.kubeconfig(installed.kubeconfig));
  try {
    return await run({
      cluster: setting.cluster,
      prefix: PREFIX,
      seed,
      operations: number('RCO_MODEL_OPERATIONS', 10_000),
      budgetMs: number('RCO_MODEL_SECONDS', 24 * 3600) * 1000,
      disturbances: [
        [8, setting.restart('SIGKILL')],
        [8, setting.restart('SIGTERM')],
        ...faultsOf(proxy, SHORT_FAULT).map((fault) => [1, fault] as const),
        ...faultsOf(proxy, LONG_FAULT).map((fault) => [0.1, fault] as const),
      ],
      settlesWithinMs: SETTLES_WITHIN,
      lastWords: () => setting.lastWords(),
      progress: ({ operations, settles }) => {
        if (settles % 50 === 0) say(`${operations} operations, ${settles} comparisons`);
      },
    });
  } finally {
    await setting.end();
    await proxy.stop();
    await installed.plane.stop();
  }
}

say(`seed ${seed}`);
const began = performance.now();
try {
  const { operations, settles, disturbances } = await soak();
  const hours = ((performance.now() - began) / HOUR).toFixed(2);
  say(
    `${operations} operations, ${settles} comparisons, ${disturbances} restarts and faults, ${hours} h: no difference`,
  );
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
