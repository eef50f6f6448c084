import { namespaceName, type NamespaceName, type PolicyName, type SecretName, type SourceKey } from '../api/keys.ts';
import { type Policy, secretNamesOf } from '../api/policy.ts';
import { isApiError } from '../kube/errors.ts';
import type { Change } from '../kube/store.ts';
import type { Clock } from '../runtime/clock.ts';
import { Controller, type ControllerObserver, type Next, retry } from '../runtime/controller.ts';
import type { Log } from '../runtime/log.ts';
import { type QueueObserver, WorkQueue } from '../runtime/queue.ts';
import { UnderWay } from '../runtime/under-way.ts';
import { adoption, type Announcement } from './policy/announcements.ts';
import type { CacheListener, CredentialCaches } from './caches.ts';
import { Contention } from './namespace/contention.ts';
import { versionOf } from './namespace/outcomes.ts';
import { concernsNamespaces, namespacesOfPolicy } from './policy/changes.ts';
import { type NamespaceDeps, reconcileNamespace } from './namespace/reconcile.ts';
import { matchedNamespaces, type PolicyObserver, type PolicyWriter, reconcilePolicy } from './policy/reconcile.ts';
import { RotationMemory } from './policy/rotation-memory.ts';
import type { Addendum } from './policy/status-input.ts';
import { Tally } from './tally.ts';
import { RotationTimer, SyncTimer } from './timers.ts';
import type { Writer } from './namespace/writer.ts';

export interface FlowObserver extends PolicyObserver {
  queue(name: string): QueueObserver & { watch(unfinished: () => { seconds: number; longest: number }): void };
  controller(name: string): ControllerObserver;
  rotation(seconds: number): void;
  namespaceSync(seconds: number): void;
  orphans(copies: number): void;
}

export interface FlowOptions {
  readonly caches: CredentialCaches;
  readonly writer: Writer;
  readonly policyWriter: PolicyWriter;
  readonly announce: (policy: Policy, announcement: Announcement) => void;
  readonly observer: FlowObserver;
  readonly clock: Clock;
  readonly log: Log;
  /** Namespaces worked on at once. */
  readonly workers: number;
  /** What flow B has to say of a policy. */
  readonly addendum: (policy: Policy) => Addendum | undefined;
}

/** Status follows the tally at most this often: a thousand namespaces that come into order need no thousand writes. */
const STATUS_PACE_MS = 500;
/** The same for a policy that is being deleted: whoever deletes it waits for its end. */
const END_PACE_MS = 100;
/** Limits come in storms: their numbers in a status need not follow each failure. */
const ADDENDUM_PACE_MS = 1_000;
const POLICY_WORKERS = 4;
/** How long a start waits for the watches that policies ask for; a source that cannot be read must not hold up the rest. */
const SETTLE_MS = 10_000;

/**
 * Flow A for one term of leadership: queues, workers and what they remember. Made anew for each term, so that nothing of an
 * old term is believed. Handlers only enqueue keys.
 */
export class CredentialsFlow implements CacheListener {
  readonly #options: FlowOptions;
  readonly #namespaces: WorkQueue<NamespaceName>;
  readonly #policies: WorkQueue<PolicyName>;
  readonly #controllers: readonly Pick<Controller<never>, 'start' | 'stop'>[];
  readonly #tally: Tally;
  readonly #namespaceDeps: NamespaceDeps;
  readonly #rotations = new RotationMemory();
  readonly #rotationTimer: RotationTimer;
  readonly #syncTimer: SyncTimer;
  readonly #firstPass = new Set<NamespaceName>();
  readonly #versions = new Map<PolicyName, string>();
  readonly #runs = new UnderWay();
  readonly #stopping = new AbortController();
  #hasStarted = false;

  constructor(options: FlowOptions) {
    this.#options = options;
    const { observer, clock } = options;
    this.#rotationTimer = new RotationTimer((seconds) => {
      observer.rotation(seconds);
    });
    this.#syncTimer = new SyncTimer((seconds) => {
      observer.namespaceSync(seconds);
    });
    this.#tally = new Tally((policy) => {
      this.#paced(policy);
    });
    this.#namespaceDeps = {
      caches: options.caches,
      writer: options.writer,
      contention: new Contention(clock),
      tally: this.#tally,
      adopted: (contributors, namespace, secret, lost) => {
        for (const { policy } of contributors) options.announce(policy, adoption(namespace, secret, lost));
      },
    };
    this.#namespaces = this.#queue('namespace');
    this.#policies = this.#queue('policy');
    this.#controllers = [
      this.#controller('namespace', this.#namespaces, options.workers, (name) => this.#reconcileNamespace(name)),
      this.#controller('policy', this.#policies, POLICY_WORKERS, (name) => this.#reconcilePolicy(name)),
    ];
  }

  /** Waits for the caches, then looks at everything once. Resolves when the workers run. */
  async start(): Promise<void> {
    const { caches } = this.#options;
    const { signal } = this.#stopping;
    await Promise.all(caches.statics.map(({ store }) => store.whenSynced(signal).catch(() => undefined)));
    await caches.settled(SETTLE_MS, signal);
    if (signal.aborted) return;
    for (const { name } of caches.namespaces()) this.#firstPass.add(namespaceName(name));
    for (const name of this.#firstPass) this.#namespaces.add(name);
    this.#enqueueAllPolicies();
    this.#hasStarted = true;
    for (const controller of this.#controllers) controller.start();
  }

  /** Takes no more work, and ends what is under way within `drainMs` milliseconds. */
  async stop(drainMs: number): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#controllers.map((controller) => controller.stop(drainMs)));
  }

  policy(change: Change<Policy>): void {
    if (change.kind === 'synced') return;
    const now = change.kind === 'removed' ? change.old : change.object;
    const old = change.kind === 'set' ? change.old : undefined;
    if (change.kind === 'set' && !concernsNamespaces(old, now)) {
      // Mostly the echo of our own status: looked at once, each write would lead to the next while the counts change.
      this.#paced(now.name);
      return;
    }
    this.#policies.add(now.name);
    if (change.kind === 'resync') return;
    const versions = old === undefined ? [now] : [old, now];
    for (const namespace of namespacesOfPolicy(versions, this.#options.caches)) this.#namespaces.add(namespace);
  }

  namespace(name: NamespaceName): void {
    this.#namespaces.add(name);
  }

  appeared(name: NamespaceName): void {
    if (this.#hasStarted && this.#firstPass.size === 0) this.#syncTimer.appeared(name, this.#options.clock.now());
  }

  disappeared(name: NamespaceName): void {
    this.#syncTimer.forget(name);
  }

  source(key: SourceKey): void {
    for (const policy of this.#options.caches.policiesOfSource(key)) this.#contentMayHaveChanged(policy);
  }

  secretName(name: SecretName): void {
    const { caches } = this.#options;
    for (const policy of caches.policies()) {
      if (!secretNamesOf(policy).has(name)) continue;
      this.#policies.add(policy.name);
      for (const namespace of namespacesOfPolicy([policy], caches)) this.#namespaces.add(namespace);
    }
  }

  /** What flow B has to say of a policy may have changed. */
  wake(policy: PolicyName): void {
    this.#policies.addAfter(policy, ADDENDUM_PACE_MS);
  }

  /** A policy whose status may have to follow. */
  #paced(name: PolicyName): void {
    const isEnding = this.#options.caches.policy(name)?.deleting === true;
    this.#policies.addAfter(name, isEnding ? END_PACE_MS : STATUS_PACE_MS);
  }

  #contentMayHaveChanged(policy: Policy): void {
    const { caches, clock } = this.#options;
    this.#policies.add(policy.name);
    const version = versionOf(policy, caches.resolution(policy));
    const before = this.#versions.get(policy.name);
    if (before === version) return;
    this.#versions.set(policy.name, version);
    const matched = matchedNamespaces(policy, caches);
    if (before !== undefined) this.#rotationTimer.began(policy.name, version, matched, clock.now());
    for (const namespace of matched) this.#namespaces.add(namespace);
  }

  async #reconcileNamespace(name: NamespaceName): Promise<Next> {
    const orphansBefore = this.#tally.orphansIn(name);
    try {
      return await this.#runs.during(() => reconcileNamespace(name, this.#namespaceDeps));
    } finally {
      this.#measure(name);
      this.#reportOrphans(name, orphansBefore);
      this.#wakeEnding();
      if (this.#firstPass.delete(name) && this.#firstPass.size === 0) this.#enqueueAllPolicies();
    }
  }

  /** What a policy that is being deleted waits for may have gone, with no outcome of its own to tell of it. */
  #wakeEnding(): void {
    for (const { name, deleting } of this.#options.caches.policies()) if (deleting) this.#paced(name);
  }

  #reportOrphans(namespace: NamespaceName, before: readonly SecretName[]): void {
    const { observer, log } = this.#options;
    observer.orphans(this.#tally.orphans);
    for (const secret of this.#tally.orphansIn(namespace)) {
      if (!before.includes(secret))
        log.warn('orphaned copy is left alone: its policies are gone', { namespace, secret });
    }
  }

  #measure(name: NamespaceName): void {
    const now = this.#options.clock.now();
    const outcomes = this.#tally.ofNamespace(name);
    for (const [policy, { state, version }] of outcomes) {
      if (state.kind === 'synced') this.#rotationTimer.reached(policy, version, name, now);
    }
    this.#rotationTimer.left(name, new Set(outcomes.map(([policy]) => policy)), now);
    if (outcomes.every(([, { state }]) => state.kind === 'synced' || state.kind === 'observed'))
      this.#syncTimer.inOrder(name, outcomes.length > 0, now);
  }

  async #reconcilePolicy(name: PolicyName): Promise<Next> {
    const { caches, policyWriter, announce, observer, clock, addendum } = this.#options;
    const isFirstPass = (): boolean => this.#firstPass.size > 0;
    const next = await reconcilePolicy(name, {
      caches,
      tally: this.#tally,
      writer: policyWriter,
      rotations: this.#rotations,
      announce,
      observer,
      clock,
      isFirstPass,
      earlierRunsOver: () => this.#runs.earlierOver(),
      addendum,
    });
    const policy = caches.policy(name);
    if (policy === undefined) this.#versions.delete(name);
    else this.#versions.set(name, versionOf(policy, caches.resolution(policy)));
    return next;
  }

  #enqueueAllPolicies(): void {
    for (const { name } of this.#options.caches.policies()) this.#policies.add(name);
  }

  #queue<K extends string>(name: string): WorkQueue<K> {
    const { observer, clock } = this.#options;
    const queueObserver = observer.queue(name);
    const queue = new WorkQueue<K>({ name, clock, observer: queueObserver });
    queueObserver.watch(() => queue.unfinished());
    return queue;
  }

  #controller<K extends string>(
    name: string,
    queue: WorkQueue<K>,
    workers: number,
    reconcile: (key: K) => Promise<Next>,
  ): Controller<K> {
    const { observer, clock } = this.#options;
    const onError = (key: K, error: unknown): Next => this.#afterError(name, key, error);
    return new Controller({ name, queue, workers, reconcile, onError, clock, observer: observer.controller(name) });
  }

  /**
   * The error policy: everything backs off. A write that may not be sent now is tried again too: a renewal that was late may yet
   * prolong this term, and a term that has ended has no queue any more.
   */
  #afterError(controller: string, key: string, error: unknown): Next {
    if (isApiError(error, 'fenced', 'aborted')) return retry;
    const isRace = isApiError(error, 'conflict', 'not-found');
    this.#options.log[isRace ? 'debug' : 'warn']('reconcile failed', { controller, key, err: error });
    return retry;
  }
}
