import { collectDefaultMetrics, Counter, Gauge, Histogram, type MetricConfiguration, Registry } from 'prom-client';

const PREFIX = 'registry_credentials_';

/** controller-runtime's own buckets, so that its stock dashboards fit. */
const RECONCILE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** client-go's workqueue buckets: powers of ten from 10 ns. */
const QUEUE_SECONDS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10];
const SYNC_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** Of the client's own metrics: gauges called `_total`, and names that say their type. `promtool check metrics` complains about them. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
];

const SELDOM_MS = 24 * 3_600_000;

/** Every metric of the process (design.md, section 4), in a registry of its own. */
export class Metrics {
  readonly registry = new Registry();

  readonly policyNamespaces = this.#gauge('policy_namespaces', 'Namespaces of a policy by state.', ['policy', 'state']);
  readonly policyFailures = this.#gauge('policy_failures', 'Namespaces of a policy that fail, by reason.', [
    'policy',
    'reason',
  ]);
  readonly policyServiceAccounts = this.#gauge(
    'policy_service_accounts',
    'ServiceAccounts that a policy selects, and those that have its entry.',
    ['policy', 'state'],
  );
  readonly policyCondition = this.#gauge(
    'policy_condition',
    '1 for the status that a condition of a policy has now, 0 for the others.',
    ['policy', 'type', 'status'],
  );
  readonly sourceChanged = this.#gauge(
    'source_changed_timestamp_seconds',
    'When the credentials of a policy were last seen to change.',
    ['policy'],
  );
  readonly orphanedSecrets = this.#gauge(
    'orphaned_secrets',
    'Copies whose recorded policies are all gone; they are left alone.',
    [],
  );
  readonly secretWrites = this.#counter('secret_writes_total', 'Writes to copies, by operation and result.', [
    'operation',
    'result',
  ]);
  readonly serviceAccountWrites = this.#counter(
    'service_account_writes_total',
    'Writes to ServiceAccounts, by operation and result.',
    ['operation', 'result'],
  );
  readonly rotationSeconds = this.#histogram(
    'rotation_seconds',
    'From the moment a change of a source is seen until the last copy is written.',
    SYNC_SECONDS,
    [],
  );
  readonly namespaceSyncSeconds = this.#histogram(
    'namespace_sync_seconds',
    'From the moment a namespace or ServiceAccount is seen until it is in sync.',
    SYNC_SECONDS,
    [],
  );
  readonly pullsRateLimited = this.#counter(
    'image_pull_rate_limited_total',
    'Image pulls that a registry refused because of a limit, by whom it limits.',
    ['registry', 'namespace', 'kind'],
  );
  readonly pullsRefused = this.#counter(
    'image_pull_refused_total',
    'Image pulls whose credential a registry refused.',
    ['registry', 'namespace'],
  );
  readonly pullsUncovered = this.#counter(
    'image_pull_rate_limited_uncovered_total',
    'Limited image pulls that no policy covers.',
    ['registry', 'namespace'],
  );
  readonly kubeletQpsExceeded = this.#counter(
    'kubelet_pull_qps_exceeded_total',
    "Image pulls held back by the kubelet's own limiter; no registry was asked.",
    ['namespace'],
  );
  readonly rateLimitedContainers = this.#gauge(
    'rate_limited_containers',
    'Containers that wait now because a registry limits their pull.',
    ['registry', 'namespace'],
  );
  readonly unreachedPods = this.#gauge(
    'unreached_pods',
    'Pods that wait because of an anonymous limit or a refusal although a policy covers them, by what kept the credential away.',
    ['policy', 'cause'],
  );
  readonly watchBlindSeconds = this.#gauge(
    'watch_blind_seconds',
    'For how long changes may have been missed; 0 while watching.',
    ['watch'],
  );
  readonly watchRelists = this.#counter('watch_lists_total', 'Complete lists that were read.', ['watch']);
  readonly watchEnds = this.#counter('watch_ends_total', 'Watches that ended, by reason.', ['watch', 'reason']);
  readonly watchEvents = this.#counter('watch_events_total', 'Watch events that came.', ['watch']);
  readonly watchObjects = this.#gauge('watch_objects', 'Objects in the cache.', ['watch']);
  readonly eventsDropped = this.#counter(
    'events_dropped_total',
    'Kubernetes Events that were not recorded, because there were too many or the API server refused.',
    [],
  );

  readonly reconcileTotal = this.#foreignCounter('controller_runtime_reconcile_total', 'Reconciliations by result.', [
    'controller',
    'result',
  ]);
  readonly reconcileErrors = this.#foreignCounter(
    'controller_runtime_reconcile_errors_total',
    'Reconciliations that failed.',
    ['controller'],
  );
  readonly reconcileSeconds = this.#foreignHistogram(
    'controller_runtime_reconcile_time_seconds',
    'Time of a reconciliation.',
    RECONCILE_SECONDS,
    ['controller'],
  );
  readonly activeWorkers = this.#foreignGauge('controller_runtime_active_workers', 'Workers that are busy.', [
    'controller',
  ]);
  readonly maxWorkers = this.#foreignGauge('controller_runtime_max_concurrent_reconciles', 'Workers that there are.', [
    'controller',
  ]);
  readonly queueDepth = this.#foreignGauge('workqueue_depth', 'Keys that wait.', ['name', 'controller']);
  readonly queueAdds = this.#foreignCounter('workqueue_adds_total', 'Keys that were queued.', ['name', 'controller']);
  readonly queueSeconds = this.#foreignHistogram(
    'workqueue_queue_duration_seconds',
    'How long keys waited.',
    QUEUE_SECONDS,
    ['name', 'controller'],
  );
  readonly workSeconds = this.#foreignHistogram(
    'workqueue_work_duration_seconds',
    'How long keys were worked on.',
    QUEUE_SECONDS,
    ['name', 'controller'],
  );
  readonly queueRetries = this.#foreignCounter('workqueue_retries_total', 'Keys that came back after a failure.', [
    'name',
    'controller',
  ]);
  readonly unfinishedWork = this.#foreignGauge(
    'workqueue_unfinished_work_seconds',
    'Seconds of work under way that has not ended.',
    ['name', 'controller'],
  );
  readonly longestProcessor = this.#foreignGauge(
    'workqueue_longest_running_processor_seconds',
    'Age of the longest work under way.',
    ['name', 'controller'],
  );
  readonly requests = this.#foreignCounter('rest_client_requests_total', 'Requests to the API server.', [
    'code',
    'method',
    'host',
  ]);
  readonly leader = this.#foreignGauge('leader_election_master_status', '1 while this process leads.', ['name']);

  /** Process and Node metrics too; each call of `text` samples them. */
  collectProcessMetrics(): void {
    // Else its sampling wakes the process ten times a second, for metrics that are not shown.
    collectDefaultMetrics({ register: this.registry, eventLoopUtilizationTimeout: SELDOM_MS });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  /** The exposition, and its content type. */
  async text(): Promise<{ body: string; contentType: string }> {
    return { body: await this.registry.metrics(), contentType: this.registry.contentType };
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return this.#foreignCounter(PREFIX + name, help, labelNames);
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> {
    return this.#foreignGauge(PREFIX + name, help, labelNames);
  }

  #histogram<L extends string>(name: string, help: string, buckets: number[], labelNames: L[]): Histogram<L> {
    return this.#foreignHistogram(PREFIX + name, help, buckets, labelNames);
  }

  #foreignCounter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter(this.#configuration(name, help, labelNames));
  }

  #foreignGauge<L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> {
    return new Gauge(this.#configuration(name, help, labelNames));
  }

  #foreignHistogram<L extends string>(name: string, help: string, buckets: number[], labelNames: L[]): Histogram<L> {
    return new Histogram({ ...this.#configuration(name, help, labelNames), buckets });
  }

  #configuration<L extends string>(name: string, help: string, labelNames: L[]): MetricConfiguration<L> {
    return { name, help, labelNames, registers: [this.registry] };
  }
}
