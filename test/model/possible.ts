import { converge, step, unique } from './converge.ts';
import { canonical, type Inputs, type Namespace, type PullEntry, put, type Sec } from './world.ts';

/** More states than this are not worth following: the runner settles first. */
const CROWDED = 24;

/** One change that the tests make. What it does to a namespace depends on what stands there, in the model as in the cluster. */
export interface Change {
  readonly inputs?: (inputs: Inputs) => Inputs;
  readonly namespace?: { readonly name: string; readonly change: (state: Namespace) => Namespace | undefined };
  readonly newNamespace?: { readonly name: string; readonly state: Namespace };
}

/** The cluster as it may be now: the operator may have acted after each change, on each namespace, or not. */
export interface Possible {
  readonly inputs: Inputs;
  /** As it was before the last change of each: watches are apart, and one may be behind another. */
  readonly stale: Inputs;
  /** Policies that are not new: a new one takes part only when its finalizer and its status are written. */
  readonly seasoned: ReadonlySet<string>;
  readonly namespaces: ReadonlyMap<string, readonly Namespace[]>;
}

/** What is so and no other way. */
export const certain = (inputs: Inputs, namespaces: ReadonlyMap<string, Namespace>): Possible => ({
  inputs,
  stale: inputs,
  seasoned: new Set(inputs.policies.map(({ name }) => name)),
  namespaces: new Map([...namespaces].map(([name, state]) => [name, [state]])),
});

/**
 * After a comparison: the namespaces are as they were read. The operator may yet be behind with a change that made no difference to them.
 */
export function compared({ stale }: Possible, inputs: Inputs, namespaces: ReadonlyMap<string, Namespace>): Possible {
  const standing = new Set(inputs.policies.map(({ name }) => name));
  const policies = stale.policies.filter(({ name }) => standing.has(name));
  return { ...certain(inputs, namespaces), stale: { ...stale, policies } };
}

export function after(before: Possible, change: Change, atWork: boolean): Possible {
  const { inputs, stale } = before;
  const views = viewsOf(before);
  const next = new Map<string, readonly Namespace[]>();
  for (const [name, states] of before.namespaces) {
    const act = (state: Namespace): readonly Namespace[] => views.flatMap((view) => underWay(state, name, view));
    const now = atWork ? unique(states.flatMap(act)) : states;
    const own = change.namespace?.name === name ? change.namespace.change : undefined;
    const changed = own === undefined ? now : now.map(own).filter((state) => state !== undefined);
    if (changed.length > 0) next.set(name, unique(changed));
  }
  if (change.newNamespace !== undefined) next.set(change.newNamespace.name, [change.newNamespace.state]);
  const after = change.inputs?.(inputs) ?? inputs;
  return {
    inputs: after,
    stale: {
      policies: after.policies === inputs.policies ? stale.policies : inputs.policies,
      sources: after.sources === inputs.sources ? stale.sources : inputs.sources,
    },
    seasoned: before.seasoned,
    namespaces: next,
  };
}

/** What the operator may take for the inputs now. A source that is made anew is absent for a moment. */
function viewsOf({ inputs, stale, seasoned }: Possible): readonly Inputs[] {
  const { policies, sources } = inputs;
  const changed = Object.keys(sources).filter((name) => sources[name] !== stale.sources[name]);
  const between = changed.reduce((all, name) => put(all, name, undefined), sources);
  return unlike([
    inputs,
    { policies: stale.policies, sources },
    { policies: policies.filter(({ name }) => seasoned.has(name)), sources },
    { policies, sources: stale.sources },
    { policies, sources: between },
  ]);
}

const unlike = (all: readonly Inputs[]): readonly Inputs[] => [
  ...new Map(all.map((one) => [canonical(one), one])).values(),
];

/** Nothing done yet, all done, and half-way: Secrets are written one after the other, and entries apart from them. */
function underWay(state: Namespace, name: string, inputs: Inputs): readonly Namespace[] {
  const ends = [...converge(state, name, inputs), ...step(state, name, inputs, false)];
  return [state, ...unique(ends).flatMap((end) => halfWays(state, end))];
}

function halfWays(state: Namespace, end: Namespace): readonly Namespace[] {
  const changed = keysOf(state.secrets, end.secrets).filter(
    (name) => canonical(state.secrets[name]) !== canonical(end.secrets[name]),
  );
  const secrets = changed.reduce<readonly Namespace['secrets'][]>(
    (all, name) => all.flatMap((some) => [some, put(some, name, end.secrets[name])]),
    [state.secrets],
  );
  return secrets.flatMap((some) => [
    { ...state, secrets: some },
    { ...end, secrets: some },
  ]);
}

export const isCrowded = ({ namespaces }: Possible): boolean =>
  [...namespaces.values()].some((states) => states.length > CROWDED);

/** Every state in which the operator may come to rest. */
export function settled(possible: Possible): ReadonlyMap<string, readonly Namespace[]> {
  const { inputs, namespaces } = after(possible, {}, true);
  return new Map(
    [...namespaces].map(([name, states]) => [name, unique(states.flatMap((state) => converge(state, name, inputs)))]),
  );
}

/** How a namespace differs from each state that is allowed; undefined where it equals one. */
export function difference(allowed: readonly Namespace[], real: Namespace): string | undefined {
  const differences = allowed.map((state) => differenceFrom(state, real));
  return differences.includes(undefined) ? undefined : differences.slice(0, 3).join('\n   or ');
}

function differenceFrom(allowed: Namespace, real: Namespace): string | undefined {
  const parts: [string, unknown, unknown][] = [['labels', allowed.labels, real.labels]];
  for (const name of keysOf(allowed.secrets, real.secrets)) {
    parts.push([`Secret ${name}`, comparable(allowed.secrets[name]), comparable(real.secrets[name])]);
  }
  for (const name of keysOf(allowed.accounts, real.accounts)) {
    const [a, r] = [allowed.accounts[name], real.accounts[name]];
    parts.push([
      `ServiceAccount ${name} rest`,
      a === undefined ? undefined : [a.labels, a.rest],
      r === undefined ? undefined : [r.labels, r.rest],
    ]);
    parts.push([`ServiceAccount ${name} entries of others`, names(a?.entries, 'theirs'), names(r?.entries, 'theirs')]);
    parts.push([`ServiceAccount ${name} entries`, owned(a?.entries, r?.entries), owned(r?.entries, a?.entries)]);
  }
  const wrong = parts.filter(([, a, r]) => canonical(a) !== canonical(r));
  if (wrong.length === 0) return undefined;
  return wrong.map(([what, a, r]) => `${what}: expected ${canonical(a)}\n      found ${canonical(r)}`).join('\n      ');
}

/** Whether the labels that a policy asked for go before its copy is retained, or stay on it, is nobody's concern. */
const comparable = (secret: Sec | undefined): Partial<Sec> | undefined =>
  secret?.retained === true
    ? { type: secret.type, content: secret.content, labelled: secret.labelled, retained: true }
    : secret;

const keysOf = (a: object, b: object): readonly string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();

const names = (entries: readonly PullEntry[] = [], owner: PullEntry['owner']): readonly string[] =>
  entries.filter((entry) => entry.owner === owner && entry.maybe !== true).map(({ name }) => name);

/** Entries that are not others', but for those that may be there or not. */
function owned(entries: readonly PullEntry[] = [], other: readonly PullEntry[] = []): readonly string[] {
  const free = new Set([...entries, ...other].filter(({ maybe }) => maybe).map(({ name }) => name));
  return entries
    .filter(({ name, owner }) => owner !== 'theirs' && !free.has(name))
    .map(({ name, owner }) => `${name} (${owner})`)
    .sort();
}
