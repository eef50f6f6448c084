import { GOOD_AT_ZERO, grid, lines, number, type Panels, type Panel } from './panels.ts';
import { accounts, condition, leaders, namespaces, orZero, quantile } from './queries.ts';

const SMALL = { width: 6, height: 4 };
const AGE = `time() - ${leaders('registry_credentials_source_changed_timestamp_seconds', ['policy'])}`;
const ROTATION = 'registry_credentials_rotation_seconds';
const SYNC = 'registry_credentials_namespace_sync_seconds';

/** Are the credentials everywhere, and how old are they? */
export const credentials = (): Panels => [
  ...glance(),
  policies(),
  grid(
    {
      title: 'Namespaces that fail',
      description: 'By policy and reason; status.failures of the policy has their names.',
      size: { width: 8, height: 8 },
    },
    ['policy', 'reason'],
    [{ title: 'Namespaces', expr: `${leaders('registry_credentials_policy_failures', ['policy', 'reason'])} > 0` }],
  ),
  latency('Rotations', 'From the moment a change of a source is seen until the last copy is written.', ROTATION),
  latency('New namespaces', 'From the moment a namespace or ServiceAccount is seen until it is in sync.', SYNC),
];

const glance = (): Panels => [
  number(
    {
      title: 'Namespaces in sync',
      description: 'Of those that policies match; one that two policies match counts twice.',
      size: SMALL,
    },
    `sum(${namespaces('synced')}) / (sum(${namespaces('matched')}) > 0)`,
    {
      unit: 'percentunit',
      noValue: 'no policy',
      steps: [
        [0, 'red'],
        [0.99, 'yellow'],
        [1, 'green'],
      ],
    },
  ),
  number(
    { title: 'Policies that are not ready', description: 'Their condition Ready says why.', size: SMALL },
    orZero(`count(${condition('Ready', 'True')} == 0)`),
    { steps: GOOD_AT_ZERO },
  ),
  number(
    {
      title: 'Oldest credentials',
      description: 'Time since the last rotation that the operator saw, of the policy that has waited longest.',
      size: SMALL,
    },
    `max(${AGE})`,
    { unit: 's', noValue: 'no rotation yet', steps: [[0, 'blue']] },
  ),
  number(
    {
      title: 'Copies whose policies are gone',
      description: 'They are left alone; the page on troubleshooting says how to remove them.',
      size: SMALL,
    },
    'max(registry_credentials_orphaned_secrets)',
    { steps: GOOD_AT_ZERO },
  ),
];

const policies = (): Panel =>
  grid(
    { title: 'Policies', description: 'One row each.', size: { width: 16, height: 8 } },
    ['policy'],
    [
      { title: 'Ready', expr: condition('Ready', 'True'), unit: 'bool_yes_no' },
      { title: 'Matched', expr: namespaces('matched') },
      { title: 'Synced', expr: namespaces('synced') },
      { title: 'Failed', expr: namespaces('failed') },
      { title: 'ServiceAccounts', expr: accounts('matched') },
      { title: 'With entry', expr: accounts('patched') },
      { title: 'Rotated', expr: AGE, unit: 's' },
    ],
  );

const latency = (title: string, description: string, histogram: string): Panel =>
  lines(
    { title, description, size: { width: 12, height: 7 } },
    [0.5, 0.99].map((share) => ({ expr: quantile(share, histogram), legend: `${(share * 100).toString()} %` })),
    { unit: 's' },
  );
