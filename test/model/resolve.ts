import type { Auths, Entry, Inputs, Labels, Policy, Selector, Source } from './world.ts';

/** What a policy's sources give. */
export interface Resolved {
  readonly policy: Policy;
  /** In the order in which they stand; of registries named twice only the first. */
  readonly auths: Auths;
  /** Some source is broken: the policy is frozen. */
  readonly frozen: boolean;
}

/** A registry as the kubelet reads the key: without scheme, without `/v1/` or `/v2/`, docker.io under its index name. */
export function normalised(key: string): string {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
  return bare === 'docker.io' ? 'index.docker.io' : bare;
}

export function resolve(policy: Policy, sources: Inputs['sources']): Resolved {
  let frozen = false;
  const auths = new Map<string, readonly [string, Entry]>();
  for (const { secretRef, registry } of policy.spec.credentials) {
    const found = entriesOf(sources[secretRef.name], registry);
    if (found === undefined) frozen = true;
    for (const [key, entry] of found ?? []) {
      if (!auths.has(normalised(key))) auths.set(normalised(key), [key, entry]);
    }
  }
  return { policy, auths: Object.fromEntries(auths.values()), frozen };
}

/** Undefined for a source that is absent or broken, or has nothing for the registry. */
function entriesOf(
  source: Source | undefined,
  registry: string | undefined,
): readonly (readonly [string, Entry])[] | undefined {
  if (source === undefined || source.kind === 'broken') return undefined;
  if (source.kind === 'basic-auth') {
    if (registry === undefined) return undefined;
    const key = normalised(registry) === 'index.docker.io' ? 'https://index.docker.io/v1/' : registry;
    return [[key, withAuth({ username: source.username, password: source.password })]];
  }
  const all = Object.entries(source.auths).map(([key, entry]) => [key, withAuth(entry)] as const);
  if (registry === undefined) return all;
  const picked = all.filter(([key]) => normalised(key) === normalised(registry));
  return picked.length === 0 ? undefined : picked;
}

function withAuth(entry: Entry): Entry {
  const { auth, username, password } = entry;
  if (auth !== undefined || typeof username !== 'string' || typeof password !== 'string') return entry;
  return { ...entry, auth: Buffer.from(`${username}:${password}`).toString('base64') };
}

export function selectsNamespace({ spec }: Policy, name: string, labels: Labels): boolean {
  const { include, exclude = [], selector } = spec.namespaces;
  const hit = (globs: readonly string[]): boolean => globs.some((glob) => globMatches(glob, name));
  return selects(selector ?? {}, labels) && (include.length === 0 || hit(include)) && !hit(exclude);
}

export function selectsAccount({ spec }: Policy, name: string, labels: Labels): boolean {
  const { names = [], selector } = spec.serviceAccounts;
  return names.some((glob) => globMatches(glob, name)) || (selector !== undefined && selects(selector, labels));
}

const globMatches = (glob: string, text: string): boolean =>
  new RegExp(
    `^${glob
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
  ).test(text);

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator }) => key in labels === (operator === 'Exists'))
  );
}
