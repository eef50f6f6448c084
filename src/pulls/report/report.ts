import type { Finding } from '../../api/conditions.ts';
import type { RateLimitStatus } from '../../api/generated.ts';
import { findingsOf, type Findings, type Limits, type Observed, type Refusals } from './limits.ts';
import { accepted, nothingObserved, rateLimited } from './pull-findings.ts';
import { rateLimitStatus } from './rate-limit-status.ts';
import type { SaidBefore } from './said-before.ts';

/** What flow B has to say of one policy. A condition that is not among the findings stays as it is. */
export interface PullReport {
  readonly findings: readonly Finding[];
  readonly rateLimit: RateLimitStatus | undefined;
  /** When it has to be made again although nothing happens, in milliseconds; absent where time changes nothing. */
  readonly recheckInMs?: number;
}

export interface ReportInput extends Observed {
  readonly before: SaidBefore;
  /** When this process had first looked at everything. Wall-clock milliseconds, as `now`. */
  readonly lookedAt: number;
  readonly now: number;
}

/** Times in a status have whole seconds: a look in the same second would come too early. */
const SECOND_MS = 1_000;
const LEAST_RECHECK_MS = 10_000;

/** Says what pull failures mean for one policy. Pure. */
export function reportFor(input: ReportInput): PullReport {
  const { policy, now } = input;
  const findings = findingsOf(input);
  const { limits, refusals } = findings;
  const quietAt = limitQuietAt(limits, input);
  const isRemembered = limits.records.length + limits.containers === 0 && quietAt > now;
  const keepsRefusal = isUnansweredRefusal(refusals, input);
  const recheckInMs = recheck(findings, quietAt, input);
  return {
    findings: [
      ...(isRemembered ? [] : [rateLimited(limits, policy, quietAt > now)]),
      ...(keepsRefusal ? [] : [accepted(refusals)]),
    ],
    rateLimit: statusFor(findings, isRemembered, input),
    ...(recheckInMs !== undefined && { recheckInMs }),
  };
}

/** What an earlier process said of limits stands for as long as its condition does; whom the credential does not reach is known anew. */
function statusFor(
  findings: Findings,
  isRemembered: boolean,
  { before: { rateLimit }, now }: ReportInput,
): RateLimitStatus | undefined {
  const found = rateLimitStatus(findings, rateLimit, now);
  return isRemembered ? { ...rateLimit, ...(found?.unreached && { unreached: found.unreached }) } : found;
}

/** Before the first look, and while the operator may not look. @param why a clause for the message */
export const reportNothing = ({ rateLimit }: SaidBefore, why: string): PullReport => ({
  findings: [nothingObserved('RateLimited', why), nothingObserved('CredentialsAccepted', why)],
  rateLimit,
});

/**
 * When a condition that is True has been quiet for a window, and may turn False; 0 where it is not True. What the status remembers
 * counts too: after a restart the Events and pods that it tells of may be gone. Containers that it tells of waited until nobody knows when.
 */
function limitQuietAt({ records }: Limits, { policy, before, lookedAt }: ReportInput): number {
  if (!before.isLimited) return 0;
  const { lastFailureTime, containers } = before.rateLimit ?? {};
  const said = Date.parse(lastFailureTime ?? '');
  const waited = (containers?.count ?? 0) > 0 ? lookedAt : 0;
  const last = records.reduce((latest, { at }) => Math.max(latest, at), Number.isFinite(said) ? said : 0);
  return Math.max(last, waited) + policy.windowMs;
}

/** The status does not tell when a credential was last refused; an earlier process's word stands for a window at most. */
const isUnansweredRefusal = ({ records, waiting }: Refusals, { policy, before, lookedAt, now }: ReportInput): boolean =>
  before.isRefused && records.length === 0 && waiting.length === 0 && lookedAt + policy.windowMs > now;

/** Counts shrink as time passes: a look at each quarter of the window is often enough, and none comes after the end of a condition. */
function recheck(
  { limits, refusals }: Findings,
  quietAt: number,
  { policy: { windowMs }, before, lookedAt, now }: ReportInput,
): number | undefined {
  const ends = [
    ...[limits.records, refusals.records].map((records) =>
      records.reduce((latest, { at }) => Math.max(latest, at + windowMs), 0),
    ),
    quietAt,
    before.isRefused ? lookedAt + windowMs : 0,
  ].filter((end) => end > now);
  if (ends.length === 0) return undefined;
  const next = Math.min(...ends) - now + 1;
  return Math.min(next < SECOND_MS ? SECOND_MS : next, Math.max(windowMs / 4, LEAST_RECHECK_MS));
}
