import type { Plan } from './arguments.ts';
import type { BulkTimes } from './limit.ts';
import { markdownTable, mebibytes, millis, ratio, seconds } from './markdown.ts';
import type { Measurement } from './measure.ts';
import type { OperatorTimes } from './operator-run.ts';
import { median, percentile } from './statistics.ts';

/** What issue and documentation promise: operator over limit, at most. */
const BULK_GOAL = 1.5;
const REACTION_GOAL = 2;

interface Row {
  readonly what: string;
  readonly limit: string;
  readonly operator: string;
  readonly ratio: string;
  readonly goal: string;
}

/** The results as a Markdown table for each size. Pure. */
export function table(measurements: readonly Measurement[], plan: Plan): string {
  return measurements.map((measurement) => section(measurement, plan)).join('\n\n');
}

function section(measurement: Measurement, plan: Plan): string {
  const head: Row = {
    what: title(measurement, plan),
    limit: 'bare client',
    operator: 'operator',
    ratio: 'ratio',
    goal: 'goal',
  };
  const rows = [...bulkRows(measurement), ...reactionRows(measurement), ...steadyRows(measurement, plan)];
  return render([head, ...rows]);
}

const title = ({ namespaces }: Measurement, { bystanders }: Plan): string =>
  `${namespaces} namespaces, ${bystanders} other Secrets`;

const OPERATIONS: readonly {
  readonly what: string;
  readonly pick: (times: BulkTimes) => number;
  readonly goal: string;
}[] = [
  { what: 'initial sync', pick: ({ initial }) => initial, goal: `≤ ${BULK_GOAL}` },
  { what: 'rotation', pick: ({ rotation }) => rotation, goal: `≤ ${BULK_GOAL}` },
  { what: 'removal', pick: ({ removal }) => removal, goal: '' },
];

function bulkRows({ namespaces, limit, unguarded, operator, warm }: Measurement): Row[] {
  const compared = (how: string, runs: readonly BulkTimes[]): Row[] =>
    OPERATIONS.map(({ what, pick, goal }) => {
      const [bare, own] = [median(limit.map(pick)), median(runs.map(pick))];
      return { what: `${what}, ${how}`, limit: seconds(bare), operator: seconds(own), ratio: ratio(own, bare), goal };
    });
  const free = OPERATIONS.map(({ what, pick }) =>
    plain(`${what}, not under the guard`, seconds(median(unguarded.map(pick))), ''),
  );
  const cpu = (what: string, of: (times: OperatorTimes) => number): Row =>
    plain(
      `processor time of ${what}`,
      '',
      `${median(operator.map(of)).toFixed(2)} s, ${median(warm.map(of)).toFixed(2)} s`,
    );
  const writes = String(median(operator.map(({ initialWrites }) => initialWrites)));
  return [
    ...compared('process just started', operator),
    ...compared('process at work before', warm),
    ...free,
    cpu('an initial sync (just started, before)', ({ initialCpu }) => initialCpu),
    cpu('a rotation (just started, before)', ({ rotationCpu }) => rotationCpu),
    plain('writes of an initial sync', String(2 * namespaces), writes),
  ];
}

function reactionRows({ bareReaction, operatorReaction }: Measurement): Row[] {
  const row = (what: string, share: number, goal: string): Row => {
    const [bare, own] = [percentile(bareReaction, share), percentile(operatorReaction, share)];
    return {
      what: `new namespace, ${what}`,
      limit: millis(bare),
      operator: millis(own),
      ratio: ratio(own, bare),
      goal,
    };
  };
  return [row('p50', 0.5, `≤ ${REACTION_GOAL}, ≤ 20 ms`), row('p99', 0.99, ''), row('slowest', 1, '≤ 500 ms')];
}

function steadyRows({ memory, idle, restart, disturbed }: Measurement, plan: Plan): Row[] {
  return [
    plain('resident memory at rest', '', mebibytes(memory.resident)),
    plain('resident memory, peak', '', mebibytes(memory.peak)),
    plain(`idle for ${plan.idle} s: writes, lists, gets`, '', `${idle.writes}, ${idle.lists}, ${idle.gets}`, '0, 0'),
    plain(`idle for ${plan.idle} s: requests for the Lease`, '', String(idle.lease)),
    plain('restart over a cluster in order: writes', '', String(restart.requests.writes), '0'),
    plain('restart: lists', '', String(restart.requests.lists)),
    plain('restart: until every namespace was looked at', '', seconds(restart.duration)),
    plain(`measurements on a busy machine, of ${4 * plan.rounds + 1}`, String(disturbed), ''),
  ];
}

const plain = (what: string, limit: string, operator: string, goal = ''): Row => ({
  what,
  limit,
  operator,
  ratio: '',
  goal,
});

const render = (rows: readonly Row[]): string =>
  markdownTable(rows.map(({ what, limit, operator, ratio: times, goal }) => [what, limit, operator, times, goal]));
