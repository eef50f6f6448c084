import { normalised, type Resolved } from './resolve.ts';
import { type Auths, canonical, type Entry, isOurs, type Labels, put, type Sec } from './world.ts';

export const DOCKER_CONFIG_JSON = 'kubernetes.io/dockerconfigjson';

/** What contributors put into one copy. */
export interface Desired {
  readonly auths: Auths;
  readonly feeds: Readonly<Record<string, readonly string[]>>;
  /** Policies one of whose registries an older one gives. */
  readonly shadowed: readonly string[];
}

/**
 * The union of the contributors' entries; the older one's stands. A frozen contributor gives what it feeds in the copy at hand, and where
 * it feeds nothing what resolves. Observing policies' entries are carried along last, where nobody else gives the registry.
 * @param contributors older first
 * @param observers names of observing policies
 */
export function desired(
  contributors: readonly Resolved[],
  observers: readonly string[],
  copy: Sec | undefined,
): Desired {
  const taken = new Map<string, readonly [string, Entry]>();
  const feeds: Record<string, readonly string[]> = {};
  const shadowed: string[] = [];
  const add = (name: string, auths: Auths): void => {
    const entries = Object.entries(auths);
    const free = entries.filter(([key]) => !taken.has(normalised(key)));
    for (const [key, entry] of free) taken.set(normalised(key), [key, entry]);
    feeds[name] = free.map(([key]) => key).sort();
    if (free.length < entries.length) shadowed.push(name);
  };
  for (const { policy, auths, frozen } of contributors) {
    add(policy.name, (frozen ? fedBy(policy.name, copy) : undefined) ?? auths);
  }
  for (const name of observers) add(name, fedBy(name, copy) ?? {});
  return { auths: Object.fromEntries(taken.values()), feeds, shadowed };
}

/** What a policy feeds in a copy now; undefined where the copy does not name it. */
function fedBy(policy: string, copy: Sec | undefined): Auths | undefined {
  if (!isOurs(copy) || typeof copy.content === 'string') return undefined;
  const { content } = copy;
  const keys = copy.feeds[policy];
  if (keys === undefined) return undefined;
  return Object.fromEntries(Object.entries(content).filter(([key]) => keys.includes(key)));
}

/** The copy as it is after it was written: only type, data, our own keys and those asked for are ours; what others added stays. */
export function written(wanted: Desired, contributors: readonly Resolved[], found: Sec | undefined): Sec {
  const labels = asked(contributors, 'labels');
  const annotations = asked(contributors, 'annotations');
  // Immutable data can be left as it is only where it is right already; else the copy is made anew.
  const right = found?.type === DOCKER_CONFIG_JSON && canonical(found.content) === canonical(wanted.auths);
  const mayKeep = found?.type === DOCKER_CONFIG_JSON && (!found.immutable || right);
  return {
    type: DOCKER_CONFIG_JSON,
    immutable: mayKeep && found.immutable,
    content: wanted.auths,
    labelled: true,
    feeds: wanted.feeds,
    retained: false,
    labels: { ...(mayKeep ? without(found.labels, found.askedLabels) : {}), ...labels },
    annotations: { ...(mayKeep ? without(found.annotations, found.askedAnnotations) : {}), ...annotations },
    askedLabels: Object.keys(labels).sort(),
    askedAnnotations: Object.keys(annotations).sort(),
  };
}

/** The older one wins. */
const asked = (contributors: readonly Resolved[], field: 'labels' | 'annotations'): Labels =>
  contributors.reduceRight<Labels>((all, { policy }) => ({ ...all, ...policy.spec.secret[field] }), {});

const without = (labels: Labels, keys: readonly string[]): Labels =>
  keys.reduce<Labels>((rest, key) => put(rest, key, undefined), labels);

/** Whether `conflictPolicy: Adopt` may take this Secret; sources lie elsewhere here. */
export const adoptable = (secret: Sec, contributors: readonly Resolved[]): boolean =>
  secret.type === DOCKER_CONFIG_JSON &&
  !secret.immutable &&
  contributors.every(({ policy }) => policy.spec.conflictPolicy === 'Adopt');
