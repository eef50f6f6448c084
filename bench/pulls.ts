import { setTimeout as pause } from 'node:timers/promises';
import type { OperatorProcess } from '../test/cluster/operator-process.ts';
import { type Measurement as CorpusMeasurement, measureCorpus } from '../test/corpus/measure.ts';
import type { Log } from '../test/cluster/log.ts';
import { until } from '../test/cluster/wait.ts';
import type { PullPlan } from './arguments.ts';
import { calm } from './calm.ts';
import type { Field } from './field.ts';
import { makeRunningPods, makeWaitingPods, touchPods } from './kubelets.ts';
import { type Memory, memoryOf, metric } from './metrics.ts';
import { measureReactionsDuring, type Reactions } from './newcomers.ts';
import { startOperator, syncAndRotate } from './operator-run.ts';
import { atRest, measureIdle, type Requests } from './quiet.ts';
import { type EventType, storm } from './storm.ts';

/** Everything measured of flow B. */
export interface PullMeasurement {
  readonly corpus: CorpusMeasurement;
  readonly running: RunningPods;
  /** Thousands of containers wait, and no Events come. */
  readonly quiet: Reactions;
  /** Events that the operator does not watch: what they cost it is what they cost the API server on the same machine. */
  readonly unwatched: Storm;
  readonly watched: Storm & { readonly lag: number; readonly counted: number; readonly memory: Memory };
  readonly restart: RestartInStorm;
  /** Of quiet and the two storms, those before which the machine did not come to rest. */
  readonly disturbed: number;
}

export interface Storm {
  /** Events a second that the API server took. */
  readonly reached: number;
  readonly reactions: Reactions;
  /** Seconds of processor time that the operator took meanwhile. */
  readonly cpu: number;
}

/** A process that starts when all those containers wait and all those Events are there. */
interface RestartInStorm {
  /** Failures that were counted before. */
  readonly counted: number;
  readonly memory: Memory;
}

/** What pods that run cost. */
export interface RunningPods {
  /** Resident memory of a process that has just started: MiB, without and with them. */
  readonly memoryWithout: number;
  readonly memoryWith: number;
  readonly requests: Requests;
  /** While the status of each changed once. */
  readonly watchEvents: number;
}

const COUNTED = 'registry_credentials_image_pull_rate_limited_total';
const WAITING = 'registry_credentials_rate_limited_containers';
const WATCH_EVENTS = 'registry_credentials_watch_events_total';
const WITHIN = { within: 300_000, every: 50 };
/** Of a quiet time in which new namespaces are measured, for each of them: about as long as the operator's and the bare client's take, with pauses. */
const QUIET_MS = 220;

/** Flow A's latency and flow B's lag while thousands of containers wait because of a limit and Events about them storm in. */
export async function measurePulls(
  field: Field,
  plan: PullPlan,
  { log, profile }: { readonly log: Log; readonly profile: string | undefined },
): Promise<PullMeasurement> {
  const corpus = measureCorpus();
  const running = await measureRunningPods(field, plan, log);
  const operator = await startOperator(field, profile);
  await makeWaitingPods(field.admin, field.namespaces, plan.waiting);
  await reaches(operator, WAITING, plan.waiting);
  log(`${plan.waiting} containers wait`);
  let disturbed = 0;
  const undisturbed = async <T>(measure: () => Promise<T>): Promise<T> => {
    await atRest(field);
    if (!(await calm())) disturbed += 1;
    return measure();
  };
  const { reactions: quiet } = await undisturbed(() =>
    measureReactionsDuring(field, pause(plan.newNamespaces * QUIET_MS)),
  );
  const unwatched = await undisturbed(() => measureStorm(field, operator, 'Normal', plan));
  log('a storm of Events that nobody watches is over');
  const watched = await undisturbed(() => measureStorm(field, operator, 'Warning', plan));
  const memory = await memoryOf(operator.pid);
  await atRest(field);
  const counted = await metric(operator.metricsUrl, COUNTED);
  await operator.stop();
  const restart = await restartInStorm(field, plan);
  return { corpus, running, quiet, unwatched, watched: { ...watched, counted, memory }, restart, disturbed };
}

async function restartInStorm(field: Field, { waiting }: PullPlan): Promise<RestartInStorm> {
  const operator = await startOperator(field, undefined);
  await reaches(operator, WAITING, waiting);
  await atRest(field);
  const counted = await metric(operator.metricsUrl, COUNTED);
  const memory = await memoryOf(operator.pid);
  await operator.stop();
  return { counted, memory };
}

/** A cluster of running pods, with the policy in place. */
async function measureRunningPods(field: Field, plan: PullPlan, log: Log): Promise<RunningPods> {
  const first = await startOperator(field, undefined);
  await syncAndRotate(field, first);
  await first.stop();
  const second = await startOperator(field, undefined);
  const memoryWithout = await memoryAtRest(field, second);
  await second.stop();
  const pods = await makeRunningPods(field.admin, field.namespaces, plan.running);
  log(`${plan.running} pods run`);

  const third = await startOperator(field, undefined);
  const memoryWith = await memoryAtRest(field, third);
  const watchEvents = (): Promise<number> => metric(third.metricsUrl, WATCH_EVENTS, 'watch="pods"');
  const before = await watchEvents();
  const [requests] = await Promise.all([measureIdle(field, plan.idle), touchPods(field.admin, pods)]);
  const came = (await watchEvents()) - before;
  await third.stop();
  return { memoryWithout, memoryWith, requests, watchEvents: came };
}

async function memoryAtRest(field: Field, { pid }: OperatorProcess): Promise<number> {
  await atRest(field);
  return (await memoryOf(pid)).resident;
}

async function measureStorm(
  field: Field,
  operator: OperatorProcess,
  type: EventType,
  plan: PullPlan,
): Promise<Storm & { readonly lag: number }> {
  const cpu = (): Promise<number> => metric(operator.metricsUrl, 'process_cpu_seconds_total');
  const expected = type === 'Warning' ? plan.waiting * plan.eventsPerPod : 0;
  const before = await cpu();
  const stormed = storm(field, type, plan).then(async (reached) => ({ reached, lag: await lagOf(operator, expected) }));
  const { reactions, result } = await measureReactionsDuring(field, stormed);
  return { ...result, reactions, cpu: (await cpu()) - before };
}

/** @returns milliseconds until so many are counted */
async function lagOf(operator: OperatorProcess, expected: number): Promise<number> {
  const ended = performance.now();
  await reaches(operator, COUNTED, expected);
  return performance.now() - ended;
}

/** @throws Error when more is counted than happened, or it is not counted within five minutes */
function reaches({ metricsUrl }: OperatorProcess, name: string, value: number): Promise<true> {
  const look = async (): Promise<true | undefined> => {
    const now = await metric(metricsUrl, name);
    if (now > value) throw new Error(`${name} is ${now}, and should be ${value}`);
    return now === value ? true : undefined;
  };
  return until(look, { what: `${name} ${value}`, ...WITHIN });
}
