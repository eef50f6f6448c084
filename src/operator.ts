import type { KubeConfig } from '@kubernetes/client-node';
import { type NamespaceName } from './api/keys.ts';
import type { Policy } from './api/policy.ts';
import type { Announcement } from './credentials/policy/announcements.ts';
import { type CacheListener, CredentialCaches } from './credentials/caches.ts';
import { CredentialsFlow } from './credentials/flow.ts';
import { PolicyApi } from './credentials/policy/api.ts';
import { Writer } from './credentials/namespace/writer.ts';
import { ApiClient } from './kube/client.ts';
import { covered, coverageOf } from './coverage.ts';
import { LeaderElector } from './kube/leader.ts';
import { whyNotReady } from './kube/readiness.ts';
import { EventRecorder } from './kube/recorder.ts';
import { blindMs } from './kube/reflector-health.ts';
import { API_GROUP, API_VERSION, LEASE_NAME, POLICY_KIND } from './names.ts';
import { OperatorBase } from './operator-base.ts';
import { PODS, PullCaches } from './pulls/caches.ts';
import { PullsFlow } from './pulls/flow.ts';
import { PodLookup } from './pulls/pods/pod-lookup.ts';
import { saidBefore } from './pulls/report/said-before.ts';
import type { Clock } from './runtime/clock.ts';
import type { Log } from './runtime/log.ts';
import { type Address, HttpServer, text } from './telemetry/http-server.ts';
import { Metrics } from './telemetry/metrics.ts';
import { Observers } from './telemetry/observers.ts';
import { PullMetrics } from './telemetry/pull-metrics.ts';
import type { Redactor } from './telemetry/redact.ts';

export interface OperatorOptions {
  readonly kubeConfig: KubeConfig;
  readonly namespace: NamespaceName;
  readonly sourceNamespaces: readonly NamespaceName[];
  readonly metricsAddress: Address;
  readonly healthAddress: Address;
  readonly leaderElect: boolean;
  readonly workers: number;
  /** Unique among the replicas. */
  readonly identity: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
}

/** SIGTERM leaves 10 s in all; half of it is for giving up the Lease with an API server that hangs. */
const DRAIN_MS = 5_000;

/** Puts the parts together, and starts and stops them in order. */
export class RegistryCredentialOperator extends OperatorBase {
  readonly #options: OperatorOptions;
  readonly #metrics = new Metrics();
  readonly #observers = new Observers(this.#metrics);
  readonly #client: ApiClient;
  readonly #elector: LeaderElector | undefined;
  readonly #caches: CredentialCaches;
  readonly #writer: Writer;
  readonly #policyApi: PolicyApi;
  readonly #pullCaches: PullCaches;
  readonly #pulls: PullsFlow;
  readonly #pullMetrics = new PullMetrics(this.#metrics);
  readonly #recorder: EventRecorder;
  readonly #servers: { readonly metrics: HttpServer; readonly health: HttpServer };
  #flow: CredentialsFlow | undefined;

  constructor(options: OperatorOptions) {
    super(options.kubeConfig, options.log, (name, version, finalizers) =>
      this.#policyApi.setFinalizers(name, version, finalizers),
    );
    this.#options = options;
    const { kubeConfig, userAgent, clock, log, redactor, identity } = options;
    const redact = (message: string): string => redactor.redactForeign(message);
    this.#client = new ApiClient({
      kubeConfig,
      userAgent,
      clock,
      redact,
      observer: this.#observers.client,
      connections: options.workers * 2,
    });
    this.#elector = options.leaderElect ? this.#createElector() : undefined;
    const gated = this.#elector === undefined ? this.#client : this.#client.withGate(this.#elector);
    this.#caches = this.#createCaches();
    this.#policyApi = new PolicyApi(gated, () => this.#caches.policyReflector.store);
    this.#writer = new Writer({
      client: gated,
      copies: (name) => this.#caches.copyStore(name),
      accounts: this.#caches.accountReflector.store,
      observer: this.#observers.writes,
    });
    this.#pullCaches = new PullCaches(this.#reflectorBase());
    this.#pulls = this.#createPulls();
    this.#recorder = new EventRecorder({ client: gated, clock, log, identity });
    this.#servers = { metrics: this.#metricsServer(), health: this.#healthServer() };
  }

  /**
   * Starts everything; resolves when probes and scrapes are answered. What depends on the API server goes on in the background.
   * @throws Error when an address cannot be used
   */
  protected override async init(): Promise<void> {
    const { metricsAddress, healthAddress, log } = this.#options;
    this.#metrics.collectProcessMetrics();
    const [metrics, health] = [
      await this.#servers.metrics.listen(metricsAddress),
      await this.#servers.health.listen(healthAddress),
    ];
    log.info('listening', { metrics: show(metrics), health: show(health) });
    this.#caches.start();
    this.#pullCaches.start();
    this.#pulls.start();
    if (this.#elector === undefined) this.#lead();
    else this.#elector.start();
  }

  /** Stops without waiting; `shutdown` is for those who wait. */
  override stop(): void {
    void this.shutdown();
  }

  /** Takes no more work, ends what is in flight, gives up the Lease, and closes every connection. Within 10 s. */
  async shutdown(): Promise<void> {
    if (this.#elector === undefined) await this.#resign();
    else await this.#elector.stop();
    this.#recorder.stop();
    await this.#pulls.stop();
    await Promise.all([this.#caches.stop(), this.#pullCaches.stop()]);
    await Promise.all([this.#servers.metrics.close(), this.#servers.health.close()]);
    await this.#client.close();
  }

  #lead(): void {
    const { clock, log, workers } = this.#options;
    this.#observers.leading(LEASE_NAME, true);
    const policyWriter = {
      addFinalizer: (policy: Policy) => this.settleFinalizer(policy),
      removeFinalizer: (policy: Policy) => this.settleFinalizer(policy),
      writeStatus: this.#policyApi.writeStatus.bind(this.#policyApi),
    };
    const announce = (policy: Policy, announcement: Announcement): void => {
      this.#announce(policy, announcement);
    };
    this.#flow = new CredentialsFlow({
      caches: this.#caches,
      writer: this.#writer,
      policyWriter,
      announce,
      observer: this.#observers,
      clock,
      log,
      workers,
      addendum: (policy) => this.#pulls.report(policy.name, saidBefore(policy)),
    });
    void this.#flow.start();
    this.#pulls.lead();
  }

  async #resign(): Promise<void> {
    const flow = this.#flow;
    this.#flow = undefined;
    await flow?.stop(DRAIN_MS);
    this.#observers.leading(LEASE_NAME, false);
    this.#observers.resigned();
    this.#pullMetrics.resigned();
  }

  #announce({ name, uid }: Policy, { type, reason, message }: Announcement): void {
    this.#options.log[type === 'Warning' ? 'warn' : 'info'](message, { policy: name, reason });
    this.#recorder.record(
      { apiVersion: `${API_GROUP}/${API_VERSION}`, kind: POLICY_KIND, name, uid },
      type,
      reason,
      message,
    );
  }

  #createElector(): LeaderElector {
    const { namespace, identity, clock, log } = this.#options;
    this.#observers.leading(LEASE_NAME, false);
    return new LeaderElector({
      client: this.#client,
      namespace,
      name: LEASE_NAME,
      identity,
      clock,
      log,
      onStarted: () => {
        this.#lead();
      },
      onStopped: () => this.#resign(),
    });
  }

  #createCaches(): CredentialCaches {
    const { namespace, sourceNamespaces, redactor } = this.#options;
    return new CredentialCaches({
      base: this.#reflectorBase(),
      ownNamespace: namespace,
      sourceNamespaces: new Set([namespace, ...sourceNamespaces]),
      listener: this.#listener(),
      onSourceRead: ({ secrets, userNames }) => {
        redactor.learn(secrets, userNames);
      },
    });
  }

  #reflectorBase() {
    const { clock, log } = this.#options;
    return { client: this.#client, clock, log, observerOf: (name: string) => this.#observers.reflector(name) };
  }

  #createPulls(): PullsFlow {
    const { clock, log } = this.#options;
    return new PullsFlow({
      caches: this.#pullCaches,
      coverage: coverageOf(this.#caches),
      covered: (signal) => covered(this.#caches, signal),
      lookup: new PodLookup((ref) => this.#client.get(PODS, ref), clock),
      observer: {
        queue: (name) => this.#observers.queue(name),
        controller: (name) => this.#observers.controller(name),
        counts: this.#pullMetrics,
      },
      wake: (policy) => this.#flow?.wake(policy),
      isLeading: () => this.#flow !== undefined,
      clock,
      log,
    });
  }

  get #watches() {
    return [...this.#caches.statics, ...this.#pullCaches.all];
  }

  /** The caches live longer than a term of leadership; a follower's flow hears nothing. */
  #listener(): CacheListener {
    return {
      policy: (change) => this.#flow?.policy(change),
      namespace: (name) => this.#flow?.namespace(name),
      appeared: (name) => this.#flow?.appeared(name),
      disappeared: (name) => {
        this.#flow?.disappeared(name);
        this.#pullMetrics.namespaceGone(name);
      },
      source: (key) => this.#flow?.source(key),
      secretName: (name) => this.#flow?.secretName(name),
    };
  }

  #healthServer(): HttpServer {
    return new HttpServer({
      '/healthz': () => text(200, 'ok'),
      '/readyz': () => {
        const reason = whyNotReady(this.#watches, this.#options.clock.now());
        return reason === undefined ? text(200, 'ok') : text(503, reason);
      },
    });
  }

  #metricsServer(): HttpServer {
    return new HttpServer({
      '/metrics': async () => {
        const now = this.#options.clock.now();
        this.#observers.sample(new Map(this.#watches.map(({ name, health }) => [name, blindMs(health, now) / 1000])));
        this.#pullMetrics.keepRegistries(this.#pulls.labels());
        this.#pullMetrics.waiting(this.#flow === undefined ? [] : this.#pulls.waitingContainers());
        const { body, contentType } = await this.#metrics.text();
        return { status: 200, contentType, body };
      },
    });
  }
}

const show = ({ host, port }: Address): string => `${host}:${port.toString()}`;
