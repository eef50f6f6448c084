import type { RegistryCredentialPolicyStatus } from '../api/generated.ts';
import type { PolicyName } from '../api/keys.ts';
import type { Metrics } from './metrics.ts';
import { OwnedSeries, type Series } from './series.ts';

/** What the machinery tells, put into metrics. Their shapes are those that `kube`, `runtime` and `credentials` ask for. */
export class Observers {
  readonly #metrics: Metrics;
  readonly #policySeries = new OwnedSeries();
  readonly #unfinished = new Map<string, () => { seconds: number; longest: number }>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** For the API client. */
  readonly client = {
    request: (labels: { readonly method: string; readonly code: string; readonly host: string }): void => {
      this.#metrics.requests.inc(labels);
    },
  };

  /** For the reflectors of one kind. @param watch one of a fixed few names, never an object's */
  reflector(watch: string) {
    const { watchRelists, watchEnds, watchEvents, watchObjects } = this.#metrics;
    return {
      listed: (): void => {
        watchRelists.inc({ watch });
      },
      watchEnded: (reason: string): void => {
        watchEnds.inc({ watch, reason });
      },
      event: (): void => {
        watchEvents.inc({ watch });
      },
      size: (objects: number): void => {
        watchObjects.set({ watch }, objects);
      },
    };
  }

  /** For one work queue. */
  queue(name: string) {
    const labels = { name, controller: name };
    const metrics = this.#metrics;
    metrics.queueDepth.set(labels, 0);
    return {
      added: (): void => {
        metrics.queueAdds.inc(labels);
      },
      started: (seconds: number): void => {
        metrics.queueSeconds.observe(labels, seconds);
      },
      finished: (seconds: number): void => {
        metrics.workSeconds.observe(labels, seconds);
      },
      retried: (): void => {
        metrics.queueRetries.inc(labels);
      },
      depth: (keys: number): void => {
        metrics.queueDepth.set(labels, keys);
      },
      watch: (unfinished: () => { seconds: number; longest: number }): void => {
        this.#unfinished.set(name, unfinished);
      },
    };
  }

  /** For one controller. */
  controller(controller: string) {
    const metrics = this.#metrics;
    metrics.reconcileErrors.inc({ controller }, 0);
    return {
      reconciled: (result: 'success' | 'error' | 'requeue' | 'requeue_after', seconds: number): void => {
        metrics.reconcileTotal.inc({ controller, result });
        if (result === 'error') metrics.reconcileErrors.inc({ controller });
        metrics.reconcileSeconds.observe({ controller }, seconds);
      },
      active: (workers: number): void => {
        metrics.activeWorkers.set({ controller }, workers);
      },
    };
  }

  /** For the writer of flow A. */
  readonly writes = {
    secretWrite: (operation: string, result: string): void => {
      this.#metrics.secretWrites.inc({ operation, result });
    },
    serviceAccountWrite: (operation: string, result: string): void => {
      this.#metrics.serviceAccountWrites.inc({ operation, result });
    },
  };

  rotation(seconds: number): void {
    this.#metrics.rotationSeconds.observe(seconds);
  }

  namespaceSync(seconds: number): void {
    this.#metrics.namespaceSyncSeconds.observe(seconds);
  }

  orphans(copies: number): void {
    this.#metrics.orphanedSecrets.set(copies);
  }

  /** A policy's status, as it is in the cluster now. */
  reported({ name }: { readonly name: PolicyName }, status: RegistryCredentialPolicyStatus): void {
    this.#policySeries.replace(name, policySeries(name, status, this.#metrics));
  }

  /** A policy is gone: its series go too. */
  forgotten(policy: PolicyName): void {
    this.#policySeries.remove(policy);
  }

  /** This process does not lead any more: what only a leader knows goes. */
  resigned(): void {
    this.#policySeries.removeAll();
    this.#metrics.orphanedSecrets.set(0);
  }

  leading(name: string, leads: boolean): void {
    this.#metrics.leader.set({ name }, leads ? 1 : 0);
  }

  /** To be called before a scrape: brings in what is measured at that moment. @param blind seconds by watch */
  sample(blind: ReadonlyMap<string, number>): void {
    for (const [name, unfinished] of this.#unfinished) {
      const { seconds, longest } = unfinished();
      this.#metrics.unfinishedWork.set({ name, controller: name }, seconds);
      this.#metrics.longestProcessor.set({ name, controller: name }, longest);
    }
    for (const [watch, seconds] of blind) this.#metrics.watchBlindSeconds.set({ watch }, seconds);
  }
}

const NO_NAMESPACES = { matched: 0, synced: 0, failed: 0 };
const NO_ACCOUNTS = { matched: 0, patched: 0 };
const NO_FAILURES: NonNullable<RegistryCredentialPolicyStatus['failureSummary']> = { total: 0, byReason: {} };

/** Fixed, so that a cause that ceases shows 0. */
const UNREACHED_CAUSES = [
  'AdmittedBefore',
  'OwnPullSecrets',
  'ServiceAccountNotSelected',
  'KeyNeverMatches',
  'Unexplained',
] as const;

type Valued = Series & { readonly value: number };

/** What a policy's status says, as series. Pure. */
function policySeries(policy: PolicyName, status: RegistryCredentialPolicyStatus, metrics: Metrics): Valued[] {
  const { namespaces = NO_NAMESPACES, serviceAccounts = NO_ACCOUNTS, failureSummary = NO_FAILURES } = status;
  const { matched, synced, failed } = namespaces;
  const byState = (gauge: Series['gauge'], states: Readonly<Record<string, number>>): Valued[] =>
    Object.entries(states).map(([state, value]) => ({ gauge, labels: { policy, state }, value }));
  return [
    ...byState(metrics.policyNamespaces, { matched, synced, failed }),
    ...byState(metrics.policyServiceAccounts, { ...serviceAccounts }),
    ...Object.entries(failureSummary.byReason).map(([reason, value]) => ({
      gauge: metrics.policyFailures,
      labels: { policy, reason },
      value,
    })),
    ...(status.conditions ?? []).flatMap(({ type, status: now }) =>
      ['True', 'False', 'Unknown'].map((each) => ({
        gauge: metrics.policyCondition,
        labels: { policy, type, status: each },
        value: each === now ? 1 : 0,
      })),
    ),
    ...UNREACHED_CAUSES.map((cause) => ({
      gauge: metrics.unreachedPods,
      labels: { policy, cause },
      value: status.rateLimit?.unreached?.[cause] ?? 0,
    })),
    ...(status.lastRotation === undefined
      ? []
      : [{ gauge: metrics.sourceChanged, labels: { policy }, value: Date.parse(status.lastRotation) / 1000 }]),
  ];
}
