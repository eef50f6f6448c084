import type { Lease } from '../api/objects.ts';

/** client-go's names and defaults; milliseconds. */
export interface LeaseDurations {
  /** How long others leave a lease alone that is not renewed. */
  readonly leaseMs: number;
  /** How long a leader goes on without having renewed. Shorter than `leaseMs`: nobody else leads yet when it stops. */
  readonly renewDeadlineMs: number;
  /** Pause between attempts. */
  readonly retryMs: number;
}

export const DEFAULT_DURATIONS: LeaseDurations = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/** client-go's factor: a follower's pause is retryMs times 1 to 2.2. */
const FOLLOWER_JITTER = 1.2;

/** A follower's pause before it looks again, in milliseconds. */
export const followerPauseMs = ({ retryMs }: LeaseDurations, random: () => number): number =>
  retryMs * (1 + FOLLOWER_JITTER * random());

/** A lease as this process saw it. `since` is Clock.now() of when it was first seen so: clocks of others do not count. */
export interface Observed {
  readonly lease: Lease;
  readonly since: number;
}

/** Takes note of a lease; one that did not change keeps its age. */
export function observe(before: Observed | undefined, lease: Lease, now: number): Observed {
  const same = before?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
  return before !== undefined && same ? before : { lease, since: now };
}

export const holderOf = (lease: Lease | undefined): string => lease?.spec?.holderIdentity ?? '';

/**
 * Whether this process may write itself into the lease: nobody holds it, it holds it itself, or the holder has not been
 * seen to renew it for as long as the lease lasts.
 */
export function mayTake(observed: Observed | undefined, identity: string, now: number): boolean {
  const holder = holderOf(observed?.lease);
  if (observed === undefined || holder === '' || holder === identity) return true;
  const lastsMs = (observed.lease.spec?.leaseDurationSeconds ?? 0) * 1000;
  return now - observed.since >= lastsMs;
}

interface Claim {
  readonly identity: string;
  readonly date: Date;
  readonly durations: LeaseDurations;
}

/** The lease as this process wants it, taken or renewed: keeps what others put there, and the resourceVersion as precondition. */
export function claimed(lease: Lease, { identity, date, durations }: Claim): Lease {
  const renewTime = microTime(date);
  const renewed = holderOf(lease) === identity;
  return {
    ...lease,
    spec: {
      ...lease.spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(durations.leaseMs / 1000),
      acquireTime: renewed ? (lease.spec?.acquireTime ?? renewTime) : renewTime,
      renewTime,
      leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + (renewed ? 0 : 1),
    },
  };
}

/** The lease when there is none yet. */
export function fresh(namespace: string, name: string, claim: Claim): Lease {
  const { spec } = claimed({ metadata: { name, namespace } }, claim);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: { ...spec, leaseTransitions: 0 },
  };
}

/** The lease given up: anybody may take it at once. */
export function released(lease: Lease, date: Date): Lease {
  const now = microTime(date);
  return {
    ...lease,
    spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now },
  };
}

/** RFC 3339 with exactly six decimals, the only form that the API server takes for a MicroTime. */
export const microTime = (date: Date): string => date.toISOString().replace('Z', '000Z');
