import { blindMs, type ReflectorHealth } from './reflector-health.ts';

/** A watch that misses changes for longer is no base for decisions. Short, since probes come every few seconds. */
const MAX_BLIND_MS = 10_000;

export interface WatchedResource {
  readonly name: string;
  readonly health: ReflectorHealth;
}

/**
 * Why this process is not ready, as one line with what to do about it; undefined when it is ready. Pure.
 * @param now Clock.now()
 */
export function whyNotReady(watches: readonly WatchedResource[], now: number): string | undefined {
  const troubled = watches.filter(
    ({ health }) => !health.synced || health.state === 'forbidden' || blindMs(health, now) > MAX_BLIND_MS,
  );
  return troubled.length === 0 ? undefined : troubled.map(describe).join('; ');
}

function describe({ name, health }: WatchedResource): string {
  if (health.notFound === true)
    return `the API server does not know ${name}: install the CRD (kubectl apply -k config/crd)`;
  if (health.state === 'forbidden')
    return `the operator may not list and watch ${name}: apply its RBAC (kubectl apply -k config/rbac)`;
  const cause = health.error === undefined ? '' : `: ${health.error}`;
  return health.synced ? `the watch of ${name} is down${cause}` : `waiting for the first list of ${name}${cause}`;
}
