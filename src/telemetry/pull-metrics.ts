import type { Metrics } from './metrics.ts';

/** The label value of registries without one of their own. */
const OTHER = 'other';

type Labels = Readonly<Record<string, string>>;

/** The part of prom-client's Counter that is used, whatever its labels. */
interface LabelledCounter {
  inc(labels: Labels, value: number): void;
  remove(labels: Labels): void;
}

/** What flow B counts, put into metrics. Labels are bounded by the caller. */
export class PullMetrics {
  readonly #metrics: Metrics;
  readonly #byNamespace = new Map<string, Map<LabelledCounter, Map<string, Labels>>>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  rateLimited(registry: string, namespace: string, kind: string, count: number): void {
    this.#count(this.#metrics.pullsRateLimited, namespace, { registry, namespace, kind }, count);
  }

  refused(registry: string, namespace: string, count: number): void {
    this.#count(this.#metrics.pullsRefused, namespace, { registry, namespace }, count);
  }

  uncovered(registry: string, namespace: string, count: number): void {
    this.#count(this.#metrics.pullsUncovered, namespace, { registry, namespace }, count);
  }

  kubeletLimited(namespace: string, count: number): void {
    this.#count(this.#metrics.kubeletQpsExceeded, namespace, { namespace }, count);
  }

  /** Containers that wait because of a limit, all of them; replaces what was there. */
  waiting(counts: Iterable<{ readonly registry: string; readonly namespace: string; readonly count: number }>): void {
    const { rateLimitedContainers } = this.#metrics;
    rateLimitedContainers.reset();
    for (const { count, ...labels } of counts) rateLimitedContainers.set(labels, count);
  }

  /** A namespace is gone: its series go too. */
  namespaceGone(namespace: string): void {
    this.#forget(namespace, () => true);
  }

  /** Policies have changed: series of registries that have no label of their own any more go. */
  keepRegistries(hasLabel: (registry: string) => boolean): void {
    for (const namespace of [...this.#byNamespace.keys()])
      this.#forget(namespace, ({ registry }) => registry !== undefined && registry !== OTHER && !hasLabel(registry));
  }

  /** This process does not lead any more: its counts go, since the leader counts from now on. */
  resigned(): void {
    for (const namespace of [...this.#byNamespace.keys()]) this.namespaceGone(namespace);
  }

  #forget(namespace: string, isOver: (labels: Labels) => boolean): void {
    const counters = this.#byNamespace.get(namespace) ?? new Map<LabelledCounter, Map<string, Labels>>();
    for (const [counter, series] of counters) {
      for (const [key, labels] of series) {
        if (!isOver(labels)) continue;
        counter.remove(labels);
        series.delete(key);
      }
      if (series.size === 0) counters.delete(counter);
    }
    if (counters.size === 0) this.#byNamespace.delete(namespace);
  }

  #count(counter: LabelledCounter, namespace: string, labels: Labels, count: number): void {
    counter.inc(labels, count);
    const counters = this.#byNamespace.get(namespace) ?? new Map<LabelledCounter, Map<string, Labels>>();
    const series = counters.get(counter) ?? new Map<string, Labels>();
    this.#byNamespace.set(namespace, counters.set(counter, series.set(Object.values(labels).join(' '), labels)));
  }
}
