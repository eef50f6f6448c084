import { truncate } from '../../api/conditions.ts';
import type { RateLimitStatus } from '../../api/generated.ts';
import type { LimitRecord } from '../failure-log.ts';
import type { LimitKind } from '../message/classify.ts';
import type { ObjectKey } from '../object-key.ts';
import type { BlockedContainer } from '../pods/blocked.ts';
import type { LimitedContainer, UnreachedCounts, Waiting } from './concerned.ts';
import { countOf, type Findings, type Limits } from './limits.ts';
import { UNREACHED_CAUSES } from './unreached.ts';

/** Bounds of the CRD. */
const MAX_NAMES = 20;
const MAX_NAME = 381;
const MAX_HOST = 255;

type RegistryStatus = NonNullable<RateLimitStatus['registries']>[number];

/**
 * `status.rateLimit`. A policy that never met a limit, and whose credential reaches every pull, has none; one that did keeps the time of
 * the last. Pure.
 * @param now wall-clock milliseconds
 */
export function rateLimitStatus(
  { limits, unreached }: Findings,
  before: RateLimitStatus | undefined,
  now: number,
): RateLimitStatus | undefined {
  const lastFailureTime = lastTime(limits, before?.lastFailureTime, now);
  const common = {
    failuresInWindow: limits.failures,
    ...(lastFailureTime !== undefined && { lastFailureTime }),
  };
  const causes = present(unreached);
  if (limits.failures > 0)
    return {
      ...common,
      namespaces: countedNames(namespacesOf(limits)),
      containers: { count: limits.containers, names: containerNames(limits.waiting) },
      registries: registriesOf(limits),
      unreached: causes,
    };
  if (Object.keys(causes).length > 0) return { ...common, unreached: causes };
  return lastFailureTime === undefined ? undefined : common;
}

const present = (unreached: UnreachedCounts): Record<string, number> =>
  Object.fromEntries(
    UNREACHED_CAUSES.filter((cause) => unreached[cause] > 0).map((cause) => [cause, unreached[cause]]),
  );

/** Never goes back: what an earlier process saw last, this one may know nothing of. A wait alone has the time at which it was first told of. */
function lastTime({ records, containers }: Limits, before: string | undefined, now: number): string | undefined {
  const last = records.reduce((latest, { at }) => Math.max(latest, at), 0);
  if (last > Date.parse(before ?? '1970-01-01T00:00:00Z')) return toTime(last);
  return before ?? (containers > 0 ? toTime(now) : undefined);
}

const toTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

function namespacesOf({ records, waiting }: Limits): ReadonlySet<string> {
  const limited = records.filter(({ count }) => count > 0);
  return new Set([...limited.map(({ namespace }) => namespace), ...waiting.map(namespaceOf)]);
}

const namespaceOf = ({ containers }: Waiting<BlockedContainer>): string => containers[0]?.pod.namespace ?? '';

/** Namespace by namespace, so that only as many names are made as are shown. */
function containerNames(waiting: readonly Waiting<LimitedContainer>[]): string[] {
  const names: string[] = [];
  const byNamespace = Map.groupBy(waiting, namespaceOf);
  const inOrder = [...byNamespace].sort(([a], [b]) => (`${a}/` < `${b}/` ? -1 : 1));
  for (const [, alike] of inOrder) {
    if (names.length >= MAX_NAMES) break;
    names.push(...first(alike.flatMap(firstNames), MAX_NAMES - names.length));
  }
  return names;
}

const firstNames = ({ pods, containers }: Waiting<LimitedContainer>): string[] =>
  first(pods, MAX_NAMES).flatMap((pod) => containers.map((container) => nameOf(pod, container)));

const nameOf = (pod: ObjectKey, { container, cause }: LimitedContainer): string =>
  truncate(`${pod}/${container.name}${cause === undefined ? '' : ` (${cause})`}`, MAX_NAME);

function countedNames(names: ReadonlySet<string>): { count: number; names: string[] } {
  return { count: names.size, names: first(names, MAX_NAMES) };
}

/** The first of thousands of names in their order, without sorting them all. */
function first<T extends string>(names: Iterable<T>, count: number): T[] {
  const found: T[] = [];
  for (const name of names) {
    const last = found[count - 1];
    if (last !== undefined && name >= last) continue;
    const at = found.findIndex((each) => each > name);
    found.splice(at < 0 ? found.length : at, 0, name);
    if (found.length > count) found.pop();
  }
  return found;
}

interface Group {
  readonly host: string;
  readonly kind: LimitKind;
  inferred: boolean;
  readonly records: LimitRecord[];
}

function registriesOf({ records, waiting }: Limits): RegistryStatus[] {
  const groups = new Map<string, Group>();
  const groupOf = (host: string, kind: LimitKind, inferred: boolean): Group => {
    const key = `${host} ${kind}`;
    const group = groups.get(key) ?? { host, kind, inferred, records: [] };
    group.inferred &&= inferred;
    groups.set(key, group);
    return group;
  };
  for (const record of records.filter(({ count }) => count > 0))
    groupOf(record.registry, record.kind, record.inferred).records.push(record);
  for (const { containers } of waiting)
    for (const { failure, kind, inferred } of containers) groupOf(failure.registry, kind, inferred);
  return [...groups.values()].map(toRegistry).sort(byHost).slice(0, MAX_NAMES);
}

function toRegistry({ host, kind, inferred, records }: Group): RegistryStatus {
  const last = records.reduce((latest, { at }) => Math.max(latest, at), 0);
  return {
    host: truncate(host, MAX_HOST),
    kind,
    inferred,
    failures: countOf(records),
    ...(last > 0 && { lastFailureTime: toTime(last) }),
  };
}

const byHost = (a: RegistryStatus, b: RegistryStatus): number =>
  `${a.host} ${a.kind}` < `${b.host} ${b.kind}` ? -1 : 1;
