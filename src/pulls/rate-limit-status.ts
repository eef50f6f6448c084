import { truncate } from '../api/conditions.ts';
import type { RateLimitStatus } from '../api/generated.ts';
import type { LimitKind } from './classify.ts';
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
    namespaces: countedNames([
      ...records.map(({ namespace }) => namespace),
      ...waiting.map(({ pod }) => pod.namespace),
    ]),
    containers: countedNames(waiting.map(nameOf)),
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

function countedNames(names: readonly string[]): { count: number; names: string[] } {
  const distinct = [...new Set(names)].sort();
  return { count: distinct.length, names: distinct.slice(0, MAX_NAMES) };
}

function registriesOf({ records, waiting }: Limits): RegistryStatus[] {
  const groups = new Map<
    string,
    { host: string; kind: LimitKind; inferred: boolean; records: Limits['records'][number][] }
  >();
  for (const { host, kind, inferred, record } of [
    ...records.map((each) => ({ host: each.registry, kind: each.kind, inferred: each.inferred, record: each })),
    ...waiting.map(({ failure, kind, inferred }) => ({ host: failure.registry, kind, inferred, record: undefined })),
  ]) {
    const key = `${host} ${kind}`;
    const group = groups.get(key) ?? { host, kind, inferred: true, records: [] };
    groups.set(key, { ...group, inferred: group.inferred && inferred });
    if (record !== undefined) group.records.push(record);
  }
  return [...groups.values()].map(toRegistry).sort(byHost).slice(0, MAX_NAMES);
}

function toRegistry({
  host,
  kind,
  inferred,
  records,
}: {
  readonly host: string;
  readonly kind: LimitKind;
  readonly inferred: boolean;
  readonly records: Limits['records'];
}): RegistryStatus {
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
