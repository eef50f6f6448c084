import { adoptable, desired, type Desired, DOCKER_CONFIG_JSON, written } from './content.ts';
import { resolve, type Resolved, selectsAccount, selectsNamespace } from './resolve.ts';
import {
  type Account,
  canonical,
  type Inputs,
  isOurs,
  type Namespace,
  type Policy,
  put,
  type Sec,
  SECRET_NAMES,
} from './world.ts';

/** What one Secret name comes to in one namespace. */
export interface Place {
  readonly name: string;
  /** Those that feed the copy, older first; a lingering rename counts under its old name. */
  readonly contributors: readonly Resolved[];
  readonly observers: readonly string[];
  readonly found: Sec | undefined;
  readonly wanted: Desired;
  /** A Secret that is not ours stands in the way. */
  readonly conflict: boolean;
}

/**
 * The three places of a namespace, as the policies ask for them.
 * @param arrivals false: a renamed policy still counts under its old name even where it can have the new one, as it does until it has
 */
export function placesOf(namespace: Namespace, ns: string, inputs: Inputs, arrivals = true): readonly Place[] {
  const { policies, sources } = inputs;
  const matching = policies
    .filter(
      (policy) => !policy.deleting && policy.spec.mode === 'Enforce' && selectsNamespace(policy, ns, namespace.labels),
    )
    .map((policy) => resolve(policy, sources));
  const direct = SECRET_NAMES.map((name) =>
    placeOf(
      name,
      namespace,
      policies,
      matching.filter((r) => nameOf(r) === name),
    ),
  );
  return direct.map((place) => {
    const lingering = matching.filter((r) => nameOf(r) !== place.name && lingers(r, place, arrivals ? direct : []));
    const all = matching.filter((r) => place.contributors.includes(r) || lingering.includes(r));
    return lingering.length === 0 ? place : placeOf(place.name, namespace, policies, all);
  });
}

const nameOf = ({ policy }: Resolved): string => policy.spec.secret.name;

/** design.md 2.3: the old name goes when the new one is in sync; where the new name conflicts the old one stays. */
function lingers({ policy }: Resolved, old: Place, places: readonly Place[]): boolean {
  const target = places.find(({ name }) => name === policy.spec.secret.name);
  const reached = target !== undefined && !target.conflict && hasContent(target);
  return isOurs(old.found) && Object.hasOwn(old.found.feeds, policy.name) && !reached;
}

export const hasContent = ({ wanted }: Place): boolean => Object.keys(wanted.auths).length > 0;

function placeOf(
  name: string,
  { secrets }: Namespace,
  policies: readonly Policy[],
  contributors: readonly Resolved[],
): Place {
  const found = secrets[name];
  const feeds = isOurs(found) ? found.feeds : {};
  const observers = policies
    .filter(({ deleting, spec, name: own }) => !deleting && spec.mode === 'Observe' && Object.hasOwn(feeds, own))
    .map((policy) => policy.name);
  const wanted = desired(contributors, observers, found);
  return {
    name,
    contributors,
    observers,
    found,
    wanted,
    conflict: found !== undefined && stands(found, wanted, contributors),
  };
}

/** What one step leads to may ask for another: a copy that went because its last key left comes again where something resolves. */
const STEPS = 4;

/** Whether a Secret stays as it is whatever policies want. One that was retained may not be deleted any more, only changed. */
function stands(found: Sec, wanted: Desired, contributors: readonly Resolved[]): boolean {
  if (isOurs(found)) return false;
  if (!found.retained) return !adoptable(found, contributors);
  return found.type !== DOCKER_CONFIG_JSON || (found.immutable && canonical(found.content) !== canonical(wanted.auths));
}

/** The states in which the operator may leave a namespace once it has nothing more to do there. */
export function converge(namespace: Namespace, ns: string, inputs: Inputs, steps = STEPS): readonly Namespace[] {
  const here = canonical(namespace);
  const next = step(namespace, ns, inputs);
  const others = next.filter((state) => canonical(state) !== here);
  const final = others.length < next.length ? [namespace] : [];
  if (steps === 0) return final;
  return unique([...final, ...others.flatMap((state) => converge(state, ns, inputs, steps - 1))]);
}

/** What one run over a namespace may make of it. */
export function step(namespace: Namespace, ns: string, inputs: Inputs, arrivals = true): readonly Namespace[] {
  let states: readonly Namespace[] = [namespace];
  for (const place of placesOf(namespace, ns, inputs, arrivals))
    states = states.flatMap((state) => settle(state, place, inputs.policies));
  return unique(states);
}

export const unique = (states: readonly Namespace[]): readonly Namespace[] => [
  ...new Map(states.map((state) => [canonical(state), state])).values(),
];

function settle(state: Namespace, place: Place, policies: readonly Policy[]): readonly Namespace[] {
  if (place.contributors.length === 0) return [withoutContributors(state, place, policies)];
  if (place.conflict) return [entries(state, place.name, orphaned)];
  if (!hasContent(place)) return withoutContent(state, place, policies);
  return [synced(state, place)];
}

const isSelected = ({ contributors }: Place, account: string, { labels }: Account): boolean =>
  contributors.some(({ policy }) => selectsAccount(policy, account, labels));

function synced(state: Namespace, place: Place): Namespace {
  const { name, contributors, wanted, found, observers } = place;
  const filled = withSecret(state, name, written(wanted, contributors, found));
  return entries(filled, name, (entry, account, key) => {
    if (isSelected(place, key, account))
      return entry?.owner === 'theirs' && entry.maybe !== true ? entry : { name, owner: 'ours' };
    if (entry?.owner === 'ours') return observers.length > 0 ? { ...entry, maybe: true } : undefined;
    return entry;
  });
}

/** Nothing resolves, and there is no key to keep: what others left in this Secret goes, or stays, or the Secret stays empty. */
function withoutContent(state: Namespace, place: Place, policies: readonly Policy[]): readonly Namespace[] {
  const { name, found, wanted, contributors } = place;
  if (!isOurs(found)) return [entries(state, name, orphaned)];
  const anyhow: Choice = (entry, account, key) =>
    entry === undefined && isSelected(place, key, account)
      ? { name, owner: 'ours', maybe: true }
      : orphaned(entry, account, key);
  return [
    withoutContributors(state, place, policies),
    entries(withSecret(state, name, written(wanted, contributors, found)), name, anyhow),
    entries(state, name, anyhow),
  ];
}

function withoutContributors(state: Namespace, place: Place, policies: readonly Policy[]): Namespace {
  const { name, found, observers, wanted, contributors } = place;
  if (!isOurs(found)) return entries(state, name, orphaned);
  const fed = policies.filter((policy) => Object.hasOwn(found.feeds, policy.name));
  if (fed.length === 0) return state;
  const leavers = fed.filter(
    ({ name: own }) => !observers.includes(own) && !contributors.some(({ policy }) => policy.name === own),
  );
  if (leavers.length === 0) return state;
  // With no contributor this is what the observing policies' entries come to.
  if (hasContent(place)) return entries(withSecret(state, name, written(wanted, contributors, found)), name, orphaned);
  if (leavers.some(({ spec }) => spec.deletionPolicy === 'Retain')) {
    const kept = { ...found, feeds: undefined, labelled: false, retained: true };
    return entries(withSecret(state, name, kept), name, (entry) =>
      entry?.owner === 'ours' ? { ...entry, owner: 'retained' } : entry,
    );
  }
  return entries(withSecret(state, name, undefined), name, (entry) => (entry?.owner === 'ours' ? undefined : entry));
}

type Choice = (
  entry: Account['entries'][number] | undefined,
  account: Account,
  key: string,
) => Account['entries'][number] | undefined;

/** A recorded entry that no contributor asks for, or whose Secret is no longer ours: nothing says when it goes. */
const orphaned: Choice = (entry) => (entry?.owner === 'ours' ? { ...entry, maybe: true } : entry);

const withSecret = (state: Namespace, name: string, secret: Sec | undefined): Namespace => ({
  ...state,
  secrets: put(state.secrets, name, secret),
});

/** Decides anew about one name in each ServiceAccount. */
function entries(state: Namespace, name: string, choose: Choice): Namespace {
  const accounts = Object.entries(state.accounts).map(([key, account]) => {
    const before = account.entries.find((entry) => entry.name === name);
    const after = choose(before, account, key);
    if (after === undefined) return [key, { ...account, entries: account.entries.filter((entry) => entry !== before) }];
    if (before === undefined) return [key, { ...account, entries: [...account.entries, after] }];
    return [key, { ...account, entries: account.entries.map((entry) => (entry === before ? after : entry)) }];
  });
  return { ...state, accounts: Object.fromEntries(accounts) as Namespace['accounts'] };
}
