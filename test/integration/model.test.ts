import { expect } from 'chai';
import { useOperatorCluster } from '../cluster/shared.ts';
import { FaultProxy } from '../faults/proxy.ts';
import { faultsOf } from '../model/faults.ts';
import { run } from '../model/run.ts';
import { Setting } from '../model/setting.ts';

/** `RCO_MODEL_SEED` repeats a run, `RCO_MODEL_OPERATIONS` and `RCO_MODEL_SECONDS` bound it otherwise. */
const number = (variable: string, otherwise: number): number => Number(process.env[variable] ?? otherwise);
const SECONDS = number('RCO_MODEL_SECONDS', 150);
const OPERATIONS = number('RCO_MODEL_OPERATIONS', 1_500);
/** The same each time, so that a red run means a change; the soak takes a new one each time. */
const SEED = number('RCO_MODEL_SEED', 31);

/** Milliseconds. */
const SHORT_FAULT = 1_500;

describe(`random operations, seed ${SEED}`, () => {
  const installed = useOperatorCluster();

  it('leave the cluster as the model of the specification says', async function () {
    this.timeout(SECONDS * 1000 + 120_000);
    const proxy = await FaultProxy.start(installed().plane);
    const setting = await Setting.start(installed(), 'model', await proxy.kubeconfig(installed().kubeconfig));
    try {
      const result = await run({
        cluster: setting.cluster,
        prefix: 'model',
        seed: SEED,
        operations: OPERATIONS,
        budgetMs: SECONDS * 1000,
        lastWords: () => setting.lastWords(),
        disturbances: [
          [8, setting.restart('SIGKILL')],
          [8, setting.restart('SIGTERM')],
          ...faultsOf(proxy, SHORT_FAULT).map((fault) => [1, fault] as const),
        ],
      });
      expect(result.settles).to.be.greaterThan(0);
      const { operations, settles, disturbances } = result;
      const title = `: ${operations} operations, ${settles} comparisons, ${disturbances} restarts and faults`;
      if (this.test !== undefined) this.test.title += title;
    } finally {
      await setting.end();
      await proxy.stop();
    }
  });
});
