/** How a reflector fares; immutable, a new one with each change. */
export interface ReflectorHealth {
  /**
   * - `starting`: no watch was open yet
   * - `watching`: a watch is open, or has just ended in the regular way and is opened again
   * - `retrying`: list or watch failed
   * - `forbidden`: refused with 403; tried again more seldom
   */
  readonly state: 'starting' | 'watching' | 'retrying' | 'forbidden';
  /** Clock.now() at which this state began. */
  readonly since: number;
  /** Clock.now() since which changes may be missed; absent while watching. Unlike `since` it stays through the states of an outage. */
  readonly blindSince?: number;
  /** Whether the store holds a complete list, however old. */
  readonly synced: boolean;
  /** Clock.now() of the last list, event, bookmark or accepted watch. */
  readonly lastSignOfLife: number;
  /** One line that says what failed; nothing secret in it. */
  readonly error?: string;
  /** The server does not know the resource: its CRD is not installed. */
  readonly notFound?: boolean;
}

/** For how long changes may have been missed, in milliseconds; 0 while watching. */
export function blindMs({ blindSince }: ReflectorHealth, now: number): number {
  return blindSince === undefined ? 0 : now - blindSince;
}

export const startingHealth = (now: number, synced: boolean): ReflectorHealth => ({
  state: 'starting',
  since: now,
  blindSince: now,
  synced,
  lastSignOfLife: now,
});

/** A watch was accepted. */
export function watchingHealth(before: ReflectorHealth, now: number): ReflectorHealth {
  const since = before.state === 'watching' ? before.since : now;
  return { state: 'watching', since, synced: true, lastSignOfLife: now };
}

export interface Trouble {
  readonly state: 'retrying' | 'forbidden';
  readonly error: string;
  readonly notFound: boolean;
}

/** List or watch failed. */
export function troubledHealth(before: ReflectorHealth, trouble: Trouble, now: number): ReflectorHealth {
  return {
    ...before,
    ...trouble,
    since: before.state === trouble.state ? before.since : now,
    blindSince: before.blindSince ?? now,
  };
}
