import type { Finding } from '../../api/conditions.ts';
import type { LimitKind } from '../message/classify.ts';
import type { CoveringPolicy } from '../coverage/coverage.ts';
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
  unknown: 'the registry limits pulls',
};

/**
 * The condition RateLimited: True from `threshold` on, and until nothing was limited for a window. Never False while a container
 * waits because of a limit. Pure.
 * @param isHeld it is True, and the window since the last failure is not over
 */
export function rateLimited(limits: Limits, { threshold, windowMs }: CoveringPolicy, isHeld: boolean): Finding {
  const { failures, waiting } = limits;
  if (failures < threshold && waiting.length === 0 && !isHeld) {
    const few = threshold === 1 ? 'no limited pull' : `fewer than ${threshold.toString()} limited pulls`;
    const message = `${few} within ${(windowMs / 1000).toString()}s`;
    return { type: 'RateLimited', status: 'False', reason: 'NoRecentFailures', message };
  }
  const kind = prevailingKind(limits);
  return {
    type: 'RateLimited',
    status: 'True',
    reason: REASONS[kind],
    message: [headline(limits, kind), ...why(limits), ...needless(limits)].join('; '),
  };
}

/** The kind of most failures; among waiting containers where no failure was counted. */
function prevailingKind({ records, waiting }: Limits): LimitKind {
  const votes = new Map<LimitKind, number>();
  const vote = (kind: LimitKind, count: number): unknown => votes.set(kind, (votes.get(kind) ?? 0) + count);
  for (const { kind, count } of records) vote(kind, count);
  if (records.length === 0) for (const { kind } of waiting) vote(kind, 1);
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'unknown';
}

function headline({ failures, records, waiting }: Limits, kind: LimitKind): string {
  const registries = [
    ...new Set([...records.map(({ registry }) => registry), ...waiting.map(({ failure }) => failure.registry)]),
  ].sort();
  return `${registries.slice(0, 3).join(', ')}: ${SAID[kind]}; ${counted(failures, 'limited pull')}, ${counted(waiting.length, 'container')} waiting`;
}

const counted = (count: number, what: string): string => `${count.toString()} ${what}${count === 1 ? '' : 's'}`;

/** Why the credential did not reach the pulls, for each cause. */
const why = ({ unreached }: Limits): string[] =>
  UNREACHED_CAUSES.filter((cause) => unreached[cause] > 0).map(
    (cause) => `${unreached[cause].toString()} (${cause}) ${REMEDIES[cause]}`,
  );

const needless = ({ needless: count, waiting }: Limits): string[] =>
  count === 0
    ? []
    : [
        `${count.toString()} of ${waiting.length.toString()} pulled more often than need be (imagePullPolicy Always, or a tag that is not pinned by digest)`,
      ];

/** The condition CredentialsAccepted. Never True while a container waits because its registry refuses this credential. Pure. */
export function accepted({ records, waiting }: Refusals): Finding {
  const count = Math.max(countOf(records), waiting.length);
  if (count === 0)
    return {
      type: 'CredentialsAccepted',
      status: 'True',
      reason: 'NoRecentRefusal',
      message: 'no pull with this credential was refused lately',
    };
  const registries = [
    ...new Set([...records.map(({ registry }) => registry), ...waiting.map(({ failure }) => failure.registry)]),
  ].sort();
  const message = `${registries.slice(0, 3).join(', ')} refused ${counted(count, 'pull')} with this credential (401 or 403): check user name, password and rights in the source`;
  return { type: 'CredentialsAccepted', status: 'False', reason: 'Refused', message };
}

/** Nobody has looked, or may look. Pure. */
export const nothingObserved = (type: 'RateLimited' | 'CredentialsAccepted', why: string): Finding => ({
  type,
  status: 'Unknown',
  reason: 'NothingObserved',
  message: why,
});
