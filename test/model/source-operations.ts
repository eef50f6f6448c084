import type { Maker, Plan } from './plan.ts';
import { SOURCES, sourceName } from './policy-operations.ts';
import { type Auths, BREAKAGES, put, type Source } from './world.ts';

/** Of each pair only one stands in a source: equal registries within one source are not what this is about. */
const KEYS = [
  ['registry.example.com', 'https://registry.example.com/v1/'],
  ['docker.io', 'https://index.docker.io/v1/'],
  ['ghcr.io', 'https://ghcr.io'],
  ['quay.io/team', 'quay.io/team'],
] as const;

const RETYPED = ['dockerconfigjson', 'dockercfg', 'basic-auth'] as const;

/** New content in place; the type stays, because that of a Secret is immutable. */
export const rotateSource: Maker = (plan) => {
  const { name, now } = anySource(plan);
  if (now === undefined || now.kind === 'broken') return undefined;
  return change(plan, 'rotate', name, newSource(plan, now.kind), false);
};

export const breakSource: Maker = (plan) => {
  const { name, now } = anySource(plan);
  if (now === undefined) return undefined;
  return change(plan, 'break', name, { kind: 'broken', how: plan.random.pick(BREAKAGES) }, true);
};

export const deleteSource: Maker = (plan) => {
  const { name, now } = anySource(plan);
  return now === undefined ? undefined : change(plan, 'delete', name, undefined, true);
};

/** Creates it, mends it, or gives it another type. */
export const recreateSource: Maker = (plan) => {
  const { name } = anySource(plan);
  return change(plan, 'recreate', name, newSource(plan, plan.random.pick(RETYPED)), true);
};

function anySource(plan: Plan): { readonly name: string; readonly now: Source | undefined } {
  const sources = Array.from({ length: SOURCES }, (_, index) => sourceName(plan, index));
  // One that is out of order is mended sooner than it would come up by chance.
  const name = plan.random.pick(sources);
  return { name, now: plan.inputs.sources[name] };
}

const change = (_: Plan, what: string, name: string, source: Source | undefined, anew: boolean): ReturnType<Maker> => ({
  text: `${what} source ${name} ${source === undefined ? '' : JSON.stringify(source)}`,
  change: { inputs: (inputs) => ({ ...inputs, sources: put(inputs.sources, name, source) }) },
  real: (cluster) => cluster.setSource(name, source, anew),
  source: name,
});

function newSource(plan: Plan, kind: (typeof RETYPED)[number]): Source {
  const username = `user-${plan.count++}`;
  if (kind === 'basic-auth') return { kind, username, password: `password-${username}` };
  const keys = plan.random.some(KEYS).map((pair) => plan.random.pick(pair));
  const auths: Auths = Object.fromEntries(keys.map((key) => [key, entry(plan, `${username}-${key.length}`)]));
  return { kind, auths };
}

function entry({ random }: Plan, username: string): Auths[string] {
  const password = `password-${username}`;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return random.weighted([
    [3, { username, password, auth }],
    [2, { username, password }],
    [1, { auth }],
    [1, { auth, identitytoken: `token-${username}`, 'x-unknown': { deep: [1, null] } }],
    [1, { username, password, email: `${username}@example.com` }],
  ]);
}
