import type { Registries } from '../coverage/registries.ts';
import { registryLabel } from '../coverage/registry-label.ts';
import type { BlockedContainer } from './blocked.ts';

export interface WaitingCount {
  /** Value of the label. */
  readonly registry: string;
  readonly namespace: string;
  readonly count: number;
}

/** Containers that wait because of a limit, by registry and namespace. Pure. @param named registries that a policy names */
export function countWaiting(
  blocked: Iterable<BlockedContainer>,
  named: Pick<Registries, 'has'>,
): Iterable<WaitingCount> {
  const counts = new Map<string, WaitingCount>();
  for (const { pod, failure } of blocked) {
    if (failure.outcome !== 'rate-limited') continue;
    const registry = registryLabel(failure.registry, named);
    const key = `${registry} ${pod.namespace}`;
    counts.set(key, { registry, namespace: pod.namespace, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return counts.values();
}
