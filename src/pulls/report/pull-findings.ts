import type { Finding } from '../../api/conditions.ts';
import type { LimitKind } from '../message/classify.ts';
import type { CoveringPolicy } from '../coverage/coverage.ts';
import type { FailureRecord } from '../failure-log.ts';
import type { BlockedContainer } from '../pods/blocked.ts';
import { countUnreached, type UnreachedCounts, type Waiting } from './concerned.ts';
import { countOf, type Limits, type Refusals } from './limits.ts';
import { REMEDIES, UNREACHED_CAUSES } from './unreached.ts';

type RateLimitReason =
  'AnonymousPullLimit' | 'AccountPullLimit' | 'AbuseLimit' | 'RegistryLimit' | 'NoRecentFailures' | 'NothingObserved';

const REASONS: Readonly<Record<LimitKind, RateLimitReason>> = {
  anonymous: 'AnonymousPullLimit',
  account: 'AccountPullLimit',
  abuse: 'AbuseLimit',
  unknown: 'RegistryLimit',
};

const SAID: Readonly<Record<LimitKind, string>> = {
  anonymous: 'anonymous pulls are limited',
  account: 'the account of the credential is limited',
  abuse: 'too many requests from this address or account, of any plan',
  unknown:
    'pulls are limited, and the registry does not say whether by account, address or project: see what it documents, and pull less at once or from a mirror',
};

/**
 * The condition RateLimited: True from `threshold` on, and until nothing was limited for a window. Never False while a container
 * waits because of a limit. Pure.
 * @param isHeld it is True, and the window since the last failure is not over
 */
export function rateLimited(limits: Limits, { threshold, windowMs }: CoveringPolicy, isHeld: boolean): Finding {
  const { failures, containers } = limits;
  if (failures < threshold && containers === 0 && !isHeld) {
    const few = threshold === 1 ? 'no limited pull' : `fewer than ${threshold.toString()} limited pulls`;
    const message = `${few} within ${(windowMs / 1000).toString()}s`;
    return { type: 'RateLimited', status: 'False', reason: 'NoRecentFailures', message };
  }
  const kind = prevailingKind(limits);
  return {
    type: 'RateLimited',
    status: 'True',
    reason: REASONS[kind],
    message: [headline(limits, kind), ...why(limits.unreached), ...needless(limits)].join('; '),
  };
}

/** The kind of most failures; among waiting containers where no failure was counted. */
function prevailingKind({ records, waiting }: Limits): LimitKind {
  const votes = new Map<LimitKind, number>();
  const vote = (kind: LimitKind, count: number): unknown => votes.set(kind, (votes.get(kind) ?? 0) + count);
  for (const { kind, count } of records) vote(kind, count);
  if (countOf(records) === 0)
    for (const { pods, containers } of waiting) for (const { kind } of containers) vote(kind, pods.size);
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'unknown';
}

function headline({ failures, records, waiting, containers }: Limits, kind: LimitKind): string {
  const isOfKind = (each: { readonly kind: LimitKind }): boolean => each.kind === kind;
  const limited = containersOf(waiting).filter(isOfKind);
  const registries = registriesOf(records.filter(isOfKind), limited);
  const extent =
    failures === 0
      ? 'no container waits any more'
      : `${counted(failures, 'limited pull')}, ${counted(containers, 'container')} waiting`;
  return [`${registries}${through(limited)}: ${SAID[kind]}`, ...mayBeOwn(limited, 'limit'), extent].join('; ');
}

const containersOf = <C>(waiting: readonly Waiting<C>[]): readonly C[] =>
  waiting.flatMap(({ containers }) => containers);

/** The names of the first three. */
function registriesOf(records: readonly FailureRecord[], waiting: readonly BlockedContainer[]): string {
  const names = [...records.map(({ registry }) => registry), ...waiting.map(({ failure }) => failure.registry)];
  return firstThree(new Set(names));
}

/** The names of the first three mirrors that answered; empty where none did. @param before what parts it from the words in front */
function through(waiting: readonly BlockedContainer[], before = ' '): string {
  const mirrors = mirrorsOf(waiting);
  return mirrors.size === 0 ? '' : `${before}through ${firstThree(mirrors)}`;
}

const mirrorsOf = (waiting: readonly BlockedContainer[]): ReadonlySet<string> =>
  new Set(waiting.flatMap(({ failure }) => failure.mirror ?? []));

/** A mirror passes on what its registry says, and says the same of itself. */
const mayBeOwn = (waiting: readonly BlockedContainer[], what: 'limit' | 'refusal'): string[] =>
  mirrorsOf(waiting).size === 0 ? [] : [`a mirror answered, whose own ${what} it may be`];

const firstThree = (names: ReadonlySet<string>): string => [...names].sort().slice(0, 3).join(', ');

const counted = (count: number, what: string): string => `${count.toString()} ${what}${count === 1 ? '' : 's'}`;

/** Why the credential did not reach the pulls, for each cause. */
const why = (unreached: UnreachedCounts): string[] =>
  UNREACHED_CAUSES.filter((cause) => unreached[cause] > 0).map(
    (cause) => `${unreached[cause].toString()} (${cause}) ${REMEDIES[cause]}`,
  );

const needless = ({ needless: count, containers }: Limits): string[] =>
  count === 0
    ? []
    : [
        `${count.toString()} of ${containers.toString()} pulled more often than need be (imagePullPolicy Always, or a tag that is not pinned by digest)`,
      ];

const LOGIN_REFUSED = '401 or 403: check user name, password and rights in the source';
const IMAGE_REFUSED =
  'it may not pull the image, or the image does not exist: registries say the same for both. Check the names of the images first, then the rights of the account';

const mayBeMissing = ({ failure }: BlockedContainer): boolean => failure.mayNotExist === true;

/** The condition CredentialsAccepted. Never True while a container waits because its registry refuses this credential. Pure. */
export function accepted({ failures, records, waiting, bare }: Refusals): Finding {
  const type = 'CredentialsAccepted';
  const refused = containersOf(waiting);
  if (records.length + refused.length === 0) {
    const message = ['no pull with this credential was refused lately', ...without(bare)].join('; ');
    return { type, status: 'True', reason: 'NoRecentRefusal', message };
  }
  const isDoubtful = records.every(({ mayNotExist }) => mayNotExist) && refused.every(mayBeMissing);
  const pulls = failures === 0 ? 'pulls' : counted(failures, 'pull');
  const said = `${registriesOf(records, refused)}${through(refused)} refused ${pulls} with this credential: ${isDoubtful ? IMAGE_REFUSED : LOGIN_REFUSED}`;
  const message = [said, ...mayBeOwn(refused, 'refusal'), ...without(bare)].join('; ');
  return { type, status: 'False', reason: 'Refused', message };
}

/** Pods that were refused because no credential was sent: a private image, most likely. */
function without(bare: Refusals['bare']): string[] {
  const unreached = countUnreached(bare);
  const pods = UNREACHED_CAUSES.reduce((sum, cause) => sum + unreached[cause], 0);
  if (pods === 0) return [];
  const refused = containersOf(bare);
  const doubt = refused.every(mayBeMissing) ? ', or the image does not exist' : '';
  return [
    `${counted(pods, 'pod')} ${pods === 1 ? 'was' : 'were'} refused without it${through(refused, ', ')}${doubt}: ${why(unreached).join('; ')}`,
  ];
}

/** Nobody has looked, or may look. Pure. */
export const nothingObserved = (type: 'RateLimited' | 'CredentialsAccepted', why: string): Finding => ({
  type,
  status: 'Unknown',
  reason: 'NothingObserved',
  message: why,
});
