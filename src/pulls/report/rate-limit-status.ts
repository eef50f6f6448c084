import { truncate } from '../../api/conditions.ts';
import type { RateLimitStatus } from '../../api/generated.ts';
import type { LimitKind } from '../message/classify.ts';
import type { FailureRecord } from '../failure-log.ts';
import { type ConcernedContainer, countOf, type Limits } from './limits.ts';
import { UNREACHED_CAUSES } from './unreached.ts';

/** Bounds of the CRD. */
const MAX_NAMES = 20;
const MAX_NAME = 381;
const MAX_HOST = 255;

type RegistryStatus = NonNullable<RateLimitStatus['registries']>[number];

/**
 * `status.rateLimit`. A policy that never met a limit has none; one that did keeps the time of the last. Pure.
 * @param now wall-clock milliseconds
 */
export function rateLimitStatus(
  limits: Limits,
  before: RateLimitStatus | undefined,
  now: number,
): RateLimitStatus | undefined {
  const { records, waiting, failures, unreached } = limits;
  if (failures === 0)
    return before === undefined ? undefined : { failuresInWindow: 0, ...lastTime(before.lastFailureTime) };
  const last = records.reduce((latest, { at }) => Math.max(latest, at), 0);
  return {
    failuresInWindow: failures,
    ...lastTime(last > 0 ? toTime(last) : (before?.lastFailureTime ?? toTime(now))),
    namespaces: countedNames(namespacesOf(limits)),
    containers: countedNames(new Set(waiting.map(nameOf))),
    registries: registriesOf(limits),
    unreached: Object.fromEntries(
      UNREACHED_CAUSES.filter((cause) => unreached[cause] > 0).map((cause) => [cause, unreached[cause]]),
    ),
  };
}

const lastTime = (lastFailureTime: string | undefined) => (lastFailureTime === undefined ? {} : { lastFailureTime });

const toTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const nameOf = ({ pod, container, cause }: ConcernedContainer): string =>
  truncate(`${pod.namespace}/${pod.name}/${container.name}${cause === undefined ? '' : ` (${cause})`}`, MAX_NAME);

function namespacesOf({ records, waiting }: Limits): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { namespace } of records) names.add(namespace);
  for (const { pod } of waiting) names.add(pod.namespace);
  return names;
}

function countedNames(names: ReadonlySet<string>): { count: number; names: string[] } {
  return { count: names.size, names: first(names, MAX_NAMES) };
}

/** The first of thousands of names in their order, without sorting them all. */
function first(names: Iterable<string>, count: number): string[] {
  const found: string[] = [];
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
  readonly records: FailureRecord[];
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
  for (const record of records) groupOf(record.registry, record.kind, record.inferred).records.push(record);
  for (const { failure, kind, inferred } of waiting) groupOf(failure.registry, kind, inferred);
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
