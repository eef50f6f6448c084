import { findCondition } from '../../api/conditions.ts';
import type { RegistryCredentialPolicyStatus } from '../../api/generated.ts';

/** A Kubernetes Event about a policy. */
export interface Announcement {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

type Status = RegistryCredentialPolicyStatus;
type Watcher = (before: Status, after: Status) => Announcement | undefined;

/** What a person would want to know of a change of status: transitions, never states. Pure. */
export function announcements(before: Status, after: Status): readonly Announcement[] {
  return [readyChanged, credentialsChanged, rotated, limitChanged, acceptanceChanged].flatMap(
    (watcher) => watcher(before, after) ?? [],
  );
}

const readyChanged: Watcher = (before, after) => {
  const [old, now] = [findCondition(before.conditions, 'Ready'), findCondition(after.conditions, 'Ready')];
  if (now === undefined || old?.reason === now.reason) return undefined;
  if (now.status === 'True') return { type: 'Normal', reason: now.reason, message: now.message };
  // CredentialsNotResolved is told of in credentialsChanged, with its cause.
  const isNews = now.reason === 'NamespacesFailing' || now.reason === 'Forbidden';
  return isNews ? { type: 'Warning', reason: now.reason, message: now.message } : undefined;
};

const credentialsChanged: Watcher = (before, after) => {
  const [old, now] = [
    findCondition(before.conditions, 'CredentialsResolved'),
    findCondition(after.conditions, 'CredentialsResolved'),
  ];
  if (now?.status === 'False' && (old?.status !== 'False' || old.reason !== now.reason))
    return { type: 'Warning', reason: now.reason, message: now.message };
  if (now?.status === 'True' && old?.status === 'False')
    return { type: 'Normal', reason: 'Resolved', message: now.message };
  return undefined;
};

const rotated: Watcher = (before, after) => {
  if (after.lastRotation === undefined || after.lastRotation === before.lastRotation) return undefined;
  const registries = (after.credentials ?? [])
    .filter(({ rotatedAt }) => rotatedAt === after.lastRotation)
    .map(({ registry }) => registry);
  return {
    type: 'Normal',
    reason: 'Rotated',
    message: `the source of ${registries.join(', ')} changed; its copies follow`,
  };
};

const limitChanged: Watcher = (before, after) => {
  const [old, now] = [findCondition(before.conditions, 'RateLimited'), findCondition(after.conditions, 'RateLimited')];
  if (now?.status === 'True' && old?.status !== 'True')
    return { type: 'Warning', reason: 'RateLimited', message: now.message };
  if (now?.status === 'False' && old?.status === 'True')
    return { type: 'Normal', reason: 'RateLimitEnded', message: now.message };
  return undefined;
};

const acceptanceChanged: Watcher = (before, after) => {
  const [old, now] = [
    findCondition(before.conditions, 'CredentialsAccepted'),
    findCondition(after.conditions, 'CredentialsAccepted'),
  ];
  if (now?.status === 'False' && old?.status !== 'False')
    return { type: 'Warning', reason: 'Refused', message: now.message };
  if (now?.status === 'True' && old?.status === 'False')
    return { type: 'Normal', reason: 'Accepted', message: now.message };
  return undefined;
};

/** A key as somebody else wrote it may hold a login before its host; a path may hold an `@` too. */
const withoutLogin = (key: string): string => key.replace(/^(https?:\/\/)?.*@/, '$1');

/** A foreign Secret became a copy. Names registries only. */
export function adoption(namespace: string, secret: string, lost: readonly string[]): Announcement {
  const dropped =
    lost.length === 0 ? 'it held no other registry' : `its entries for ${lost.map(withoutLogin).join(', ')} are gone`;
  return { type: 'Warning', reason: 'Adopted', message: `Secret ${namespace}/${secret} was taken over; ${dropped}` };
}
