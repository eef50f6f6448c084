import type { Condition, ConditionStatus } from './generated.ts';

/** The condition types of a policy (design.md, Status). */
export type ConditionType =
  | 'Ready'
  | 'Reconciling'
  | 'Stalled'
  | 'CredentialsResolved'
  | 'CredentialsShadowed'
  | 'CredentialsAccepted'
  | 'RateLimited';

/** A condition without what is filled in when it is written. */
export interface Finding {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}

/** The CRD refuses a longer message. */
const MAX_MESSAGE = 1024;

/**
 * Puts findings in the place of the conditions of their types; conditions of other types stay as they are.
 * `lastTransitionTime` changes only with the status (KEP-1623).
 * @param now RFC 3339
 */
export function setConditions(
  before: readonly Condition[],
  findings: readonly Finding[],
  observedGeneration: number,
  now: string,
): Condition[] {
  const merged = new Map(before.map((condition) => [condition.type, condition]));
  for (const { type, status, reason, message } of findings) {
    const old = merged.get(type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now;
    merged.set(type, {
      type,
      status,
      observedGeneration,
      lastTransitionTime,
      reason,
      message: truncate(message, MAX_MESSAGE),
    });
  }
  return [...merged.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
}

export const findCondition = (
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): Condition | undefined => conditions?.find((condition) => condition.type === type);

/** Cuts `text` to at most `max` UTF-16 units, without halving a character. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
