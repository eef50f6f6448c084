import { GOOD_AT_ZERO, lines, number, type Panels } from './panels.ts';
import { counted, LEADERS, ours, quantile, REPLICAS } from './queries.ts';

const SMALL = { width: 6, height: 4 };
const THIRD = { width: 8, height: 7 };
const PER_SECOND = 'reqps';

const rate = (counter: string, by: readonly string[]): string =>
  `sum by (${by.join(', ')}) (${ours(`rate(${counter}[$__rate_interval])`)})`;

/** Is the operator well? */
export const operator = (): Panels => [...glance(), ...work(), ...process()];

const glance = (): Panels => [
  number({ title: 'Leaders', description: 'One replica works; the others wait, ready.', size: SMALL }, LEADERS, {
    steps: [
      [0, 'red'],
      [1, 'green'],
      [2, 'red'],
    ],
  }),
  number({ title: 'Replicas', description: 'That are scraped.', size: SMALL }, REPLICAS, {
    steps: [
      [0, 'red'],
      [1, 'green'],
    ],
  }),
  number(
    {
      title: 'Longest blind time',
      description: 'For how long a watch may have missed changes.',
      size: SMALL,
    },
    'max(registry_credentials_watch_blind_seconds)',
    {
      unit: 's',
      steps: [
        [0, 'green'],
        [60, 'yellow'],
        [300, 'red'],
      ],
    },
  ),
  number(
    { title: 'Errors, last 15 minutes', description: 'Reconciliations that failed and are tried again.', size: SMALL },
    `sum(${ours('increase(controller_runtime_reconcile_errors_total[15m])')})`,
    { steps: GOOD_AT_ZERO },
  ),
];

const work = (): Panels => [
  lines(
    { title: 'Reconciliations', description: 'By controller and result.', size: THIRD },
    [
      {
        expr: rate('controller_runtime_reconcile_total', ['controller', 'result']),
        legend: '{{controller}} {{result}}',
      },
    ],
    { unit: PER_SECOND },
  ),
  lines({ title: 'Keys that wait', description: 'By queue.', size: THIRD }, [
    { expr: `sum by (name) (${ours('workqueue_depth')})`, legend: '{{name}}' },
  ]),
  lines(
    { title: 'Time in the queue', description: 'Of 99 % of the keys.', size: THIRD },
    [{ expr: quantile(0.99, 'workqueue_queue_duration_seconds', ours), legend: '99 %' }],
    { unit: 's' },
  ),
  lines(
    { title: 'Requests to the API server', description: 'By method and code.', size: THIRD },
    [{ expr: rate('rest_client_requests_total', ['method', 'code']), legend: '{{method}} {{code}}' }],
    { unit: PER_SECOND },
  ),
  lines(
    {
      title: 'Writes',
      description: 'To copies and ServiceAccounts, by operation and result. None in a quiet cluster.',
      size: THIRD,
    },
    [
      {
        expr: counted('registry_credentials_secret_writes_total', ['operation', 'result'], '$__rate_interval'),
        legend: 'Secret {{operation}} {{result}}',
      },
      {
        expr: counted('registry_credentials_service_account_writes_total', ['operation', 'result'], '$__rate_interval'),
        legend: 'ServiceAccount {{operation}} {{result}}',
      },
    ],
    { stacked: true },
  ),
  lines({ title: 'Objects in the caches', description: 'By watch, of the replica that has most.', size: THIRD }, [
    { expr: 'max by (watch) (registry_credentials_watch_objects)', legend: '{{watch}}' },
  ]),
];

const process = (): Panels => [
  lines(
    { title: 'Memory', description: 'Resident, by replica.', size: THIRD },
    [{ expr: ours('process_resident_memory_bytes'), legend: '{{instance}}' }],
    { unit: 'bytes' },
  ),
  lines({ title: 'CPU', description: 'Cores in use, by replica.', size: THIRD }, [
    { expr: ours('rate(process_cpu_seconds_total[$__rate_interval])'), legend: '{{instance}}' },
  ]),
  lines(
    { title: 'Event loop lag', description: 'Of 99 % of the turns, by replica.', size: THIRD },
    [{ expr: ours('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}}' }],
    { unit: 's' },
  ),
];
