import { mkdir } from 'node:fs/promises';
import { findCondition } from '../src/api/conditions.ts';
import { POLICIES } from '../src/kube/resources.ts';
import { OperatorProcess } from '../test/cluster/operator-process.ts';
import { auditEvents, auditMark } from '../test/cluster/audit.ts';
import { until } from '../test/cluster/wait.ts';
import type { Field } from './field.ts';
import { type BulkTimes, nothingLeft } from './limit.ts';
import { metric } from './metrics.ts';
import { POLICY } from './names.ts';
import { newLogin, paths, policy, source } from './objects.ts';
import { WITH_ENTRY } from './observatory.ts';
import { count } from './quiet.ts';

const WITHIN_SECONDS = 300;
const WITHIN = { within: WITHIN_SECONDS * 1000, every: 50 };

/** As `BulkTimes`, with the seconds of processor time that the operator took for each. */
export interface OperatorTimes extends BulkTimes {
  readonly initialCpu: number;
  readonly rotationCpu: number;
  /** Requests that the initial sync wrote with, until the policy was ready. */
  readonly initialWrites: number;
}

/** Starts the operator as shipped, leader election included; resolves when it leads and its caches are filled. */
export async function startOperator(field: Field, profile: string | undefined): Promise<OperatorProcess> {
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  const { kubeconfig, product } = field;
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const nodeArguments = [...product.nodeArguments, ...profiling];
  const operator = await OperatorProcess.start({
    ...product,
    kubeconfig,
    logFile: field.newOperatorLog(),
    nodeArguments,
  });
  await until(() => leads(operator), { what: 'the operator leads', ...WITHIN });
  return operator;
}

async function leads({ healthUrl, metricsUrl }: OperatorProcess): Promise<true | undefined> {
  const { status } = await fetch(`${healthUrl}/readyz`);
  if (status !== 200) return undefined;
  return (await metric(metricsUrl, 'leader_election_master_status')) === 1 ? true : undefined;
}

/** A policy comes, its source changes, and it goes. */
export async function measureOperator(field: Field, operator: OperatorProcess): Promise<OperatorTimes> {
  return { ...(await syncAndRotate(field, operator)), removal: await withdraw(field) };
}

/** From the policy's creation to the last entry, and from a source's change to the last copy. The policy stays. */
export async function syncAndRotate(
  field: Field,
  { metricsUrl }: OperatorProcess,
): Promise<Omit<OperatorTimes, 'removal'>> {
  const { admin, namespaces, observatory } = field;
  const cpu = (): Promise<number> => metric(metricsUrl, 'process_cpu_seconds_total');
  const login = newLogin();

  const { auditLog } = field.plane;
  const mark = await auditMark(auditLog);
  const cpuBefore = await cpu();
  const entries = observatory.accounts.whenCount(namespaces.length, (mark) => mark === WITH_ENTRY);
  const created = performance.now();
  await admin.post(paths.policies, policy);
  const initial = (await observatory.within(WITHIN_SECONDS, 'initial sync', entries)) - created;
  await until(() => isReady(field), { what: 'the policy is ready', ...WITHIN });

  const cpuBetween = await cpu();
  const { writes: initialWrites } = count(await auditEvents(auditLog, mark));
  const copies = observatory.copies.whenCount(namespaces.length, (mark) => mark === login);
  const rotated = performance.now();
  await admin.put(paths.source, source(login));
  const rotation = (await observatory.within(WITHIN_SECONDS, 'rotation', copies)) - rotated;
  await until(() => isReady(field), { what: 'the policy is ready again', ...WITHIN });
  const rotationCpu = (await cpu()) - cpuBetween;
  return { initial, rotation, initialCpu: cpuBetween - cpuBefore, rotationCpu, initialWrites };
}

export async function isReady({ observatory: { api }, namespaces }: Field): Promise<true | undefined> {
  const { metadata, status } = await api.get(POLICIES, { name: POLICY });
  const ready = findCondition(status?.conditions, 'Ready');
  const isCurrent = ready?.status === 'True' && ready.observedGeneration === metadata.generation;
  return isCurrent && status?.namespaces?.synced === namespaces.length ? true : undefined;
}

/**
 * Deletes the policy, and waits until all that came of it is gone.
 * @returns milliseconds until the last copy and the last entry were seen to go
 */
export async function withdraw({ admin, observatory }: Field): Promise<number> {
  const begun = performance.now();
  await admin.delete(paths.policy);
  const ended = await observatory.within(WITHIN_SECONDS, 'the policy undone', nothingLeft(observatory));
  const gone = async (): Promise<true | undefined> => {
    const { items } = await observatory.api.list(POLICIES, {});
    return items.length === 0 ? true : undefined;
  };
  await until(gone, { what: 'the policy is gone', ...WITHIN });
  return ended - begun;
}
