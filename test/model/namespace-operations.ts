import { ACCOUNTS, type KnownNamespace, type Maker, maySpoil, type Plan, someLabels } from './plan.ts';
import { type Account, canonical, type Namespace, put, type PullEntry, SECRET_NAMES } from './world.ts';

const MOST_NAMESPACES = 5;
const FEWEST_NAMESPACES = 2;
const FOREIGN_ENTRIES = ['theirs-a', 'theirs-b', ...SECRET_NAMES] as const;

/** Of a ServiceAccount that the tests create: what has to stay as it is. */
export const OTHER_FIELDS = {
  automountServiceAccountToken: false,
  secrets: [{ name: 'theirs-token' }],
  metadata: { annotations: { 'example.com/theirs': 'kept' } },
};
const REST = { ...OTHER_FIELDS, metadata: undefined, foreign: OTHER_FIELDS.metadata.annotations };

const newAccount = (labels: Account['labels']): Account => ({ labels, entries: [], rest: canonical(REST) });

/** As Kubernetes creates it. */
const defaultAccount = (): Account => ({ labels: {}, entries: [], rest: canonical({ foreign: {} }) });

export const createNamespace: Maker = (plan) => {
  if (plan.namespaces.size >= MOST_NAMESPACES) return undefined;
  const name = `${plan.prefix}-n${plan.count++}`;
  const labels = someLabels(plan.random);
  plan.namespaces.set(name, { accounts: new Set(['default']), spoiled: new Map() });
  const state: Namespace = { labels, secrets: {}, accounts: { default: defaultAccount() } };
  return {
    text: `create namespace ${name} ${JSON.stringify(labels)}`,
    change: { newNamespace: { name, state } },
    real: (cluster) => cluster.createNamespace(name, labels),
  };
};

export const deleteNamespace: Maker = (plan) => {
  if (plan.namespaces.size <= FEWEST_NAMESPACES) return undefined;
  const name = plan.random.pick([...plan.namespaces.keys()]);
  plan.namespaces.delete(name);
  return {
    text: `delete namespace ${name}`,
    change: { namespace: { name, change: () => undefined } },
    real: (cluster) => cluster.deleteNamespace(name),
  };
};

export const labelNamespace: Maker = (plan) => {
  const name = anyNamespace(plan)?.name;
  if (name === undefined) return undefined;
  const labels = someLabels(plan.random);
  return {
    text: `label namespace ${name} ${JSON.stringify(labels)}`,
    change: { namespace: { name, change: (state) => ({ ...state, labels }) } },
    real: (cluster) => cluster.labelNamespace(name, labels),
  };
};

export const createAccount: Maker = (plan) => {
  const found = anyNamespace(plan);
  const missing = ACCOUNTS.filter((account) => found?.known.accounts.has(account) === false);
  if (found === undefined || missing.length === 0) return undefined;
  const account = plan.random.pick(missing);
  const labels = someLabels(plan.random);
  found.known.accounts.add(account);
  return {
    text: `create ServiceAccount ${found.name}/${account} ${JSON.stringify(labels)}`,
    change: onAccount(found.name, account, () => newAccount(labels)),
    real: (cluster) => cluster.createAccount(found.name, account, labels),
  };
};

/** Kubernetes creates `default` again. */
export const deleteAccount: Maker = (plan) => {
  const found = anyAccount(plan);
  if (found === undefined || !maySpoil(found.known, found.account)) return undefined;
  const { name, account } = found;
  if (account !== 'default') found.known.accounts.delete(account);
  return {
    text: `delete ServiceAccount ${name}/${account}`,
    change: onAccount(name, account, () => (account === 'default' ? defaultAccount() : undefined)),
    real: (cluster) => cluster.deleteAccount(name, account),
  };
};

export const labelAccount: Maker = (plan) => {
  const found = anyAccount(plan);
  if (found === undefined) return undefined;
  const { name, account } = found;
  const labels = someLabels(plan.random);
  return {
    text: `label ServiceAccount ${name}/${account} ${JSON.stringify(labels)}`,
    change: onAccount(name, account, (before) => ({ ...before, labels })),
    real: (cluster) => cluster.labelAccount(name, account, labels),
  };
};

/** Where the name stands already, nothing. */
export const addForeignEntry: Maker = (plan) => {
  const found = anyAccount(plan);
  if (found === undefined) return undefined;
  const { name, account } = found;
  const entry = plan.random.pick(FOREIGN_ENTRIES);
  const inFront = plan.random.chance(0.5);
  return {
    text: `add foreign entry ${entry} ${inFront ? 'in front of' : 'behind'} those of ${name}/${account}`,
    change: onAccount(name, account, (before) => withEntry(before, entry, inFront)),
    real: (cluster) => cluster.addEntry(name, account, entry, inFront),
    // A name that may be there or not: whose it is then nobody could say.
    settleFirst: SECRET_NAMES.some((target) => target === entry),
  };
};

function withEntry(before: Account, entry: string, inFront: boolean): Account {
  if (before.entries.some(({ name }) => name === entry)) return before;
  const added: PullEntry = { name: entry, owner: before.ghosts?.[entry] ?? 'theirs' };
  return { ...before, entries: inFront ? [added, ...before.entries] : [...before.entries, added] };
}

export const removeEntry: Maker = (plan) => {
  const found = anyAccount(plan);
  if (found === undefined || !maySpoil(found.known, found.account)) return undefined;
  const { name, account } = found;
  const entry = plan.random.pick(FOREIGN_ENTRIES);
  return {
    text: `remove entry ${entry} from ${name}/${account}`,
    change: onAccount(name, account, (before) => ({
      ...before,
      entries: before.entries.filter((candidate) => candidate.name !== entry),
    })),
    real: (cluster) => cluster.removeEntry(name, account, entry),
  };
};

/** The record is lost: what it named is theirs from now on. */
export const dropRecord: Maker = (plan) => {
  const found = anyAccount(plan);
  if (found === undefined || !maySpoil(found.known, found.account)) return undefined;
  const { name, account } = found;
  return {
    text: `drop the record of ${name}/${account}`,
    change: onAccount(name, account, (before) => ({
      ...before,
      entries: before.entries.map((entry) => (entry.owner === 'ours' ? { ...entry, owner: 'theirs' } : entry)),
    })),
    real: (cluster) => cluster.dropRecord(name, account),
    settleFirst: true,
  };
};

export function anyNamespace({
  random,
  namespaces,
}: Plan): { readonly name: string; readonly known: KnownNamespace } | undefined {
  const all = [...namespaces].map(([name, known]) => ({ name, known }));
  return all.length === 0 ? undefined : random.pick(all);
}

function anyAccount(
  plan: Plan,
): { readonly name: string; readonly known: KnownNamespace; readonly account: string } | undefined {
  const found = anyNamespace(plan);
  return found === undefined || found.known.accounts.size === 0
    ? undefined
    : { ...found, account: plan.random.pick([...found.known.accounts]) };
}

const onAccount = (namespace: string, name: string, change: (before: Account) => Account | undefined) => ({
  namespace: {
    name: namespace,
    change: (state: Namespace): Namespace => ({
      ...state,
      accounts: put(state.accounts, name, change(state.accounts[name] ?? defaultAccount())),
    }),
  },
});
