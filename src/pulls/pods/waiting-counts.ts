import { registryLabel } from '../coverage/registries.ts';
import type { BlockedContainer } from './waiting.ts';

export interface WaitingCount {
  /** Value of the label. */
  readonly registry: string;
  readonly namespace: string;
  readonly count: number;
}

/** Containers that wait because of a limit, by registry and namespace. Pure. @param served registries of the policies */
export function countWaiting(blocked: Iterable<BlockedContainer>, served: ReadonlySet<string>): Iterable<WaitingCount> {
  const counts = new Map<string, WaitingCount>();
  for (const { pod, failure } of blocked) {
    if (failure.outcome !== 'rate-limited') continue;
    const registry = registryLabel(failure.registry, served);
    const key = `${registry} ${pod.namespace}`;
    counts.set(key, { registry, namespace: pod.namespace, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return counts.values();
}
