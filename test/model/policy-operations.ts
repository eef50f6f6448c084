import type { Maker, Plan } from './plan.ts';
import { TEAMS } from './plan.ts';
import type { Random } from './random.ts';
import { type Inputs, type Policy, SECRET_NAMES, type Selector, type Spec } from './world.ts';

const MOST_POLICIES = 5;
export const SOURCES = 4;
const REGISTRIES = ['registry.example.com', 'ghcr.io', 'docker.io', 'quay.io/team'] as const;

export const sourceName = (plan: Plan, index: number): string => `${plan.prefix}-s${index}`;

export const createPolicy: Maker = (plan) => {
  if (live(plan).length >= MOST_POLICIES) return undefined;
  const name = `${plan.prefix}-p${String(plan.count++).padStart(6, '0')}`;
  const spec = newSpec(plan);
  const policy: Policy = { name, spec, deleting: false };
  return {
    text: `create policy ${name} ${JSON.stringify(spec)}`,
    change: { inputs: (inputs) => ({ ...inputs, policies: [...inputs.policies, policy] }) },
    real: (cluster) => cluster.createPolicy(name, spec),
  };
};

export const deletePolicy: Maker = (plan) => {
  if (live(plan).length === 0) return undefined;
  const { name } = plan.random.pick(live(plan));
  return {
    text: `delete policy ${name}`,
    change: { inputs: (inputs) => withPolicy(inputs, name, (policy) => ({ ...policy, deleting: true })) },
    real: (cluster) => cluster.deletePolicy(name),
  };
};

export const editPolicy: Maker = (plan) => {
  if (live(plan).length === 0) return undefined;
  const { name, spec: before } = plan.random.pick(live(plan));
  const edit = edited(plan, before);
  return {
    text: `edit policy ${name} ${JSON.stringify(edit)}`,
    change: {
      inputs: (inputs) => withPolicy(inputs, name, (policy) => ({ ...policy, spec: { ...policy.spec, ...edit } })),
    },
    real: (cluster) => cluster.replaceSpec(name, { ...before, ...edit }),
  };
};

const live = ({ inputs }: Plan): readonly Policy[] => inputs.policies.filter(({ deleting }) => !deleting);

const withPolicy = (inputs: Inputs, name: string, change: (policy: Policy) => Policy): Inputs => ({
  ...inputs,
  policies: inputs.policies.map((policy) => (policy.name === name ? change(policy) : policy)),
});

function edited(plan: Plan, before: Spec): Partial<Spec> {
  const { random } = plan;
  return random.weighted<() => Partial<Spec>>([
    [3, () => ({ credentials: credentials(plan) })],
    [4, () => ({ secret: secret(random) })],
    [4, () => ({ namespaces: namespaces(plan) })],
    [3, () => ({ serviceAccounts: serviceAccounts(random) })],
    [2, () => ({ conflictPolicy: before.conflictPolicy === 'Fail' ? 'Adopt' : 'Fail' })],
    [2, () => ({ deletionPolicy: before.deletionPolicy === 'Delete' ? 'Retain' : 'Delete' })],
    [2, () => ({ mode: before.mode === 'Enforce' ? 'Observe' : 'Enforce' })],
  ])();
}

function newSpec(plan: Plan): Spec {
  const { random } = plan;
  return {
    credentials: credentials(plan),
    secret: secret(random),
    namespaces: namespaces(plan),
    serviceAccounts: serviceAccounts(random),
    conflictPolicy: random.chance(0.25) ? 'Adopt' : 'Fail',
    deletionPolicy: random.chance(0.3) ? 'Retain' : 'Delete',
    mode: random.chance(0.1) ? 'Observe' : 'Enforce',
  };
}

const credentials = (plan: Plan): Spec['credentials'] =>
  Array.from({ length: 1 + plan.random.int(2) }, () => ({
    secretRef: { name: sourceName(plan, plan.random.int(SOURCES)) },
    ...(plan.random.chance(0.3) && { registry: plan.random.pick(REGISTRIES) }),
  }));

const secret = (random: Random): Spec['secret'] => ({
  name: random.weighted([
    [3, SECRET_NAMES[0]],
    [1, SECRET_NAMES[1]],
    [1, SECRET_NAMES[2]],
  ]),
  ...(random.chance(0.2) && { labels: { [`asked-${random.pick(TEAMS)}`]: random.pick(TEAMS) } }),
  ...(random.chance(0.2) && { annotations: { [`asked-${random.pick(TEAMS)}`]: random.pick(TEAMS) } }),
});

function namespaces({ random, prefix, namespaces: known }: Plan): Spec['namespaces'] {
  const names = [...known.keys()];
  const one = names.length === 0 ? `${prefix}-n0` : random.pick(names);
  return {
    include: random.chance(0.8) ? [`${prefix}-n*`] : [one],
    ...(random.chance(0.3) && { exclude: [random.chance(0.5) ? one : `*${random.int(10)}`] }),
    ...(random.chance(0.3) && { selector: selector(random) }),
  };
}

const serviceAccounts = (random: Random): Spec['serviceAccounts'] =>
  random.weighted([
    [4, { names: ['default'] }],
    [2, { names: ['default', 'ci-*'] }],
    [1, { names: ['*'] }],
    [2, { selector: selector(random) }],
    [1, { names: ['app'], selector: selector(random) }],
  ]);

const selector = (random: Random): Selector =>
  random.weighted<Selector>([
    [3, { matchLabels: { team: random.pick(TEAMS) } }],
    [1, { matchExpressions: [{ key: 'tier', operator: random.chance(0.5) ? 'Exists' : 'DoesNotExist' }] }],
    [1, { matchLabels: { team: random.pick(TEAMS) }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] }],
  ]);
