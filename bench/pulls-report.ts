import type { PullPlan } from './arguments.ts';
import { markdownTable, mebibytes, millis, ratio, seconds } from './markdown.ts';
import type { Latencies, Reactions } from './newcomers.ts';
import type { PullMeasurement } from './pulls.ts';
import { median, percentile } from './statistics.ts';
import { describeMeasurement } from '../test/corpus/measure.ts';

/** What the issue promises. */
const GOALS = { latency: '≤ 2', lag: '< 2 s', memory: '< 180 MB' };

/** The result of flow B as a Markdown table. Pure. */
export function pullsTable(measured: PullMeasurement, plan: PullPlan): string {
  const head = [`${plan.waiting} pods waiting, ${plan.namespaces} namespaces`, 'quiet', 'unwatched', 'storm', 'goal'];
  const rows = [
    head,
    ...latencyRows(measured),
    ...stormRows(measured, plan),
    ...restartRows(measured),
    ...runningRows(measured, plan),
    ['measurements on a busy machine, of 3', String(measured.disturbed), '', '', ''],
  ];
  return `${markdownTable(rows)}\n\nClassifier: ${describeMeasurement(measured.corpus)}`;
}

function latencyRows({ quiet, unwatched, watched }: PullMeasurement): string[][] {
  const phases = [quiet, unwatched.reactions, watched.reactions];
  const shares = [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const;
  const rows = shares.flatMap(([name, share]) => {
    const of = (pick: (reactions: Reactions) => Latencies): number[] =>
      phases.map((reactions) => percentile(pick(reactions), share));
    const [operator, bare] = [of((reactions) => reactions.operator), of((reactions) => reactions.bare)];
    return [
      [`new namespace, ${name}, operator`, ...operator.map(millis), ''],
      [`new namespace, ${name}, bare client`, ...bare.map(millis), ''],
    ];
  });
  const overQuiet = (pick: (reactions: Reactions) => Latencies): string[] => {
    const [base = NaN, ...others] = phases.map((reactions) => median(pick(reactions)));
    return ['1', ...others.map((value) => ratio(value, base))];
  };
  return [
    ...rows,
    ['p50 over that in quiet, operator', ...overQuiet(({ operator }) => operator), GOALS.latency],
    ['p50 over that in quiet, bare client', ...overQuiet(({ bare }) => bare), ''],
  ];
}

function stormRows({ unwatched, watched }: PullMeasurement, plan: PullPlan): string[][] {
  const events = plan.waiting * plan.eventsPerPod;
  const perSecond = (reached: number): string => `${reached.toFixed(0)}/s`;
  const { lag, counted, memory } = watched;
  return [
    [`Events written, of ${plan.perSecond}/s`, '', perSecond(unwatched.reached), perSecond(watched.reached), ''],
    ['processor time of the operator', '', ...[unwatched, watched].map(({ cpu }) => seconds(cpu * 1000)), ''],
    ['last Event written to last Event counted', '', '', seconds(lag), GOALS.lag],
    ['Events counted', '', '', `${counted} of ${events}`, String(events)],
    ['resident memory after the storm', '', '', mebibytes(memory.resident), GOALS.memory],
    ['resident memory, peak', '', '', mebibytes(memory.peak), GOALS.memory],
  ];
}

function restartRows({ restart: { counted, memory } }: PullMeasurement): string[][] {
  return [
    ['restart after the storm: Events counted again', '', '', String(counted), '0'],
    ['restart after the storm: resident memory, peak', '', '', mebibytes(memory.peak), ''],
  ];
}

function runningRows({ running }: PullMeasurement, plan: PullPlan): string[][] {
  const { requests, watchEvents, memoryWithout, memoryWith } = running;
  const { writes, lists, gets } = requests;
  const pods = `${plan.running} running pods`;
  return [
    [`${pods}, ${plan.idle} s: requests, watch events`, `${writes + lists + gets}, ${watchEvents}`, '', '', '0, 0'],
    [`resident memory without and with ${pods}`, [memoryWithout, memoryWith].map(mebibytes).join(', '), '', '', ''],
  ];
}
