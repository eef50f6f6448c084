import type { RegistryCredentialPolicy } from '../../src/api/policy.ts';
import { hasContent, placesOf, type Place } from './converge.ts';
import { resolve, selectsAccount, selectsNamespace } from './resolve.ts';
import { type Inputs, isOurs, type Namespace, type Policy } from './world.ts';

type Real = ReadonlyMap<string, Namespace>;

/** How a policy's status differs from what the specification says about a cluster at rest; undefined where it does not. */
export function statusDifference(
  real: Real,
  inputs: Inputs,
  policy: Policy,
  found: RegistryCredentialPolicy,
): string | undefined {
  const { status } = found;
  if (status?.observedGeneration !== found.metadata.generation) return 'observedGeneration is not current';
  const expected = policy.spec.mode === 'Observe' ? observing(inputs, policy) : enforcing(real, inputs, policy);
  const wrong = expected.filter(([, allowed, look]) => !allowed.includes(look(found)));
  const text = wrong.map(([what, allowed, look]) => `${what}: expected ${allowed.join(' or ')}, found ${look(found)}`);
  return text.length === 0 ? undefined : text.join('; ');
}

/** What, the answers allowed, and where to look. */
type Check = readonly [string, readonly string[], (found: RegistryCredentialPolicy) => string];

const condition =
  (type: string) =>
  (found: RegistryCredentialPolicy): string => {
    const condition = found.status?.conditions?.find((candidate) => candidate.type === type);
    return `${condition?.status ?? 'absent'} ${condition?.reason ?? ''}`;
  };

function observing(inputs: Inputs, policy: Policy): readonly Check[] {
  const { frozen } = resolve(policy, inputs.sources);
  const allowed = frozen ? ['True Observing', 'False CredentialsNotResolved'] : ['True Observing'];
  return [
    ['Ready', allowed, condition('Ready')],
    ['Stalled with Reconciling', ['no'], bothAtOnce],
  ];
}

const bothAtOnce = (found: RegistryCredentialPolicy): string =>
  [condition('Stalled')(found), condition('Reconciling')(found)].every((text) => text.startsWith('True'))
    ? 'yes'
    : 'no';

function enforcing(real: Real, inputs: Inputs, policy: Policy): readonly Check[] {
  const { frozen } = resolve(policy, inputs.sources);
  const matched = [...real].filter(([name, { labels }]) => selectsNamespace(policy, name, labels));
  const places = matched.map(([name, namespace]) => ({ name, namespace, places: placesOf(namespace, name, inputs) }));
  const own = places.map(({ name, namespace, places }) => ({ name, namespace, place: ownPlace(places, policy) }));
  const failed = own.filter(({ place }) => place.conflict);
  // Whether a conflict counts where nothing would be written anyway, nobody says.
  const certain = failed.filter(({ place }) => hasContent(place));
  const failures = (some: typeof failed): string =>
    some
      .map(({ name }) => `${name} Conflict`)
      .sort()
      .join();
  const checks: Check[] = [
    ['matched', [String(matched.length)], ({ status }) => String(status?.namespaces?.matched)],
    [
      'failures',
      [failures(failed), failures(certain)],
      ({ status }) => (status?.failures ?? []).map(({ namespace, reason }) => `${namespace} ${reason}`).join(),
    ],
    ['failed', ['true'], ({ status }) => String(status?.namespaces?.failed === status?.failures?.length)],
    ['Ready', ready(frozen, failed.length), condition('Ready')],
    ['Stalled with Reconciling', ['no'], bothAtOnce],
    [
      'CredentialsResolved',
      [frozen ? 'False' : 'True'],
      (found) => condition('CredentialsResolved')(found).split(' ')[0] ?? '',
    ],
    ['secretNames', [remembered(real, policy)], ({ status }) => [...(status?.secretNames ?? [])].sort().join()],
  ];
  const lingering = places.some(({ places }) =>
    places.some((p) => p.name !== policy.spec.secret.name && feeds(p, policy)),
  );
  if (frozen) return checks;
  if (!lingering) checks.push(['CredentialsShadowed', shadowed(own, policy), condition('CredentialsShadowed')]);
  return [...checks, ...accounts(own, policy), ['synced', [String(own.length - failed.length)], synced]];
}

const synced = ({ status }: RegistryCredentialPolicy): string => String(status?.namespaces?.synced);

const ready = (frozen: boolean, failed: number): readonly string[] => [
  ...(frozen ? ['False CredentialsNotResolved'] : []),
  ...(failed > 0 ? ['False NamespacesFailing'] : []),
  ...(!frozen && failed === 0 ? ['True Synced'] : []),
];

interface Own {
  readonly namespace: Namespace;
  readonly place: Place;
}

/** Whether a policy is shadowed where a conflict keeps both entries out, nobody says. */
function shadowed(own: readonly Own[], { name }: Policy): readonly string[] {
  const isShadowed = ({ place }: Own): boolean => place.wanted.shadowed.includes(name);
  const surely = own.some((one) => isShadowed(one) && !one.place.conflict);
  return [...(own.some(isShadowed) ? ['True OlderPolicy'] : []), ...(surely ? [] : ['False NotShadowed'])];
}

function accounts(own: readonly Own[], policy: Policy): readonly Check[] {
  const selected = own.flatMap(({ namespace }) =>
    Object.entries(namespace.accounts).filter(([name, { labels }]) => selectsAccount(policy, name, labels)),
  );
  const reached = own.filter(({ place }) => !place.conflict && hasContent(place));
  const patched = reached.flatMap(({ namespace }) =>
    Object.entries(namespace.accounts).filter(
      ([name, { labels, entries }]) =>
        selectsAccount(policy, name, labels) && entries.some((entry) => entry.name === policy.spec.secret.name),
    ),
  );
  const checks: Check[] = [
    ['accounts matched', [String(selected.length)], ({ status }) => String(status?.serviceAccounts?.matched)],
  ];
  // In a namespace in conflict an entry may stand that counts or not.
  if (reached.length === own.length)
    checks.push([
      'accounts patched',
      [String(patched.length)],
      ({ status }) => String(status?.serviceAccounts?.patched),
    ]);
  return checks;
}

const feeds = ({ found }: Place, { name }: Policy): boolean => isOurs(found) && Object.hasOwn(found.feeds, name);

function remembered(real: Real, { name, spec }: Policy): string {
  const names = [...real.values()].flatMap(({ secrets }) =>
    Object.entries(secrets).filter(([, secret]) => isOurs(secret) && Object.hasOwn(secret.feeds, name)),
  );
  return [...new Set([spec.secret.name, ...names.map(([secret]) => secret)])].sort().join();
}

/** @throws Error when the policy names none of the three Secrets */
function ownPlace(places: readonly Place[], { spec }: Policy): Place {
  const place = places.find(({ name }) => name === spec.secret.name);
  if (place === undefined) throw new Error(`no Secret of the model is named ${spec.secret.name}`);
  return place;
}
