import type { OperatorProcess } from '../test/cluster/operator-process.ts';
import { auditEvents, auditMark } from '../test/cluster/audit.ts';
import { until } from '../test/cluster/wait.ts';
import type { Field } from './field.ts';
import { metric } from './metrics.ts';
import { startOperator } from './operator-run.ts';
import { atRest, count, type Requests } from './quiet.ts';

export interface Restart {
  readonly requests: Requests;
  /** Milliseconds from the start of the process until it has looked at every namespace. */
  readonly duration: number;
}

/** Stops the operator and starts it again over a cluster in order. */
export async function measureRestart(
  field: Field,
  running: OperatorProcess,
): Promise<{ operator: OperatorProcess; restart: Restart }> {
  await running.stop();
  const mark = await auditMark(field.plane.auditLog);
  const begun = performance.now();
  const operator = await startOperator(field, undefined);
  const lookedAtAll = async (): Promise<number | undefined> => {
    const looks = await metric(operator.metricsUrl, 'controller_runtime_reconcile_total', 'controller="namespace"');
    return looks >= field.namespaces.length ? performance.now() : undefined;
  };
  const ended = await until(lookedAtAll, { what: 'a look at every namespace', within: 60_000, every: 50 });
  await atRest(field);
  return {
    operator,
    restart: { requests: count(await auditEvents(field.plane.auditLog, mark)), duration: ended - begun },
  };
}
