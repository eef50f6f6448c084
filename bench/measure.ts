import type { OperatorProcess } from '../test/cluster/operator-process.ts';
import type { Log } from '../test/cluster/log.ts';
import type { Plan } from './arguments.ts';
import { calm } from './calm.ts';
import type { Field } from './field.ts';
import { type BulkTimes, measureLimit } from './limit.ts';
import { type Memory, memoryOf } from './metrics.ts';
import { type Latencies, measureBareReaction, measureOperatorReaction } from './newcomers.ts';
import { measureOperator, type OperatorTimes, startOperator, syncAndRotate, withdraw } from './operator-run.ts';
import { atRest, measureIdle, type Requests } from './quiet.ts';
import { measureRestart, type Restart } from './restart.ts';

/** Everything measured at one size of the cluster; times in milliseconds, one for each round. */
export interface Measurement {
  readonly namespaces: number;
  /** A bare client with the operator's account. */
  readonly limit: readonly BulkTimes[];
  /** A bare client as administrator, whom the guard does not concern. */
  readonly unguarded: readonly BulkTimes[];
  /** By a process that has just started. */
  readonly operator: readonly OperatorTimes[];
  /** By a process that has done the same once before. */
  readonly warm: readonly OperatorTimes[];
  /** Measurements, of four a round and one of new namespaces, before which the machine did not come to rest. */
  readonly disturbed: number;
  readonly bareReaction: Latencies;
  readonly operatorReaction: Latencies;
  readonly memory: Memory;
  readonly idle: Requests;
  readonly restart: Restart;
}

/** Limit and operator take turns, so that a busy machine slows both; the operator does not run while the limit is taken. */
export async function measureSize(
  field: Field,
  plan: Plan,
  { log, profile }: { readonly log: Log; readonly profile: string | undefined },
): Promise<Measurement> {
  const limit: BulkTimes[] = [];
  const unguarded: BulkTimes[] = [];
  const operator: OperatorTimes[] = [];
  const warm: OperatorTimes[] = [];
  // Neither this program nor the server is warm at first.
  await measureLimit(field, field.asOperator);
  let disturbed = 0;
  const undisturbed = async <T>(measure: () => Promise<T>): Promise<T> => {
    if (!(await calm())) disturbed += 1;
    return measure();
  };
  for (let round = 1; round <= plan.rounds; round++) {
    unguarded.push(await undisturbed(() => measureLimit(field, field.admin)));
    limit.push(await undisturbed(() => measureLimit(field, field.asOperator)));
    const process = await startOperator(field, profile);
    operator.push(await undisturbed(() => measureOperator(field, process)));
    warm.push(await undisturbed(() => measureOperator(field, process)));
    await process.stop();
    log(`${field.namespaces.length} namespaces: round ${round} of ${plan.rounds} is over`);
  }
  const bareReaction = await undisturbed(() => measureBareReaction(field, plan.newNamespaces));
  log(`${field.namespaces.length} namespaces: steady state`);
  return {
    namespaces: field.namespaces.length,
    limit,
    unguarded,
    operator,
    warm,
    bareReaction,
    disturbed,
    ...(await steady(field, plan)),
  };
}

type Steady = Pick<Measurement, 'operatorReaction' | 'memory' | 'idle' | 'restart'>;

/** What is measured of an operator that has done its work and goes on running. */
async function steady(field: Field, plan: Plan): Promise<Steady> {
  let operator: OperatorProcess = await startOperator(field, undefined);
  await syncAndRotate(field, operator);
  await calm();
  const operatorReaction = await measureOperatorReaction(field, plan.newNamespaces);
  await atRest(field);
  const idle = await measureIdle(field, plan.idle);
  const memory = await memoryOf(operator.pid);
  const restarted = await measureRestart(field, operator);
  operator = restarted.operator;
  await withdraw(field);
  await operator.stop();
  return { operatorReaction, memory, idle, restart: restarted.restart };
}
