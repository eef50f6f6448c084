import type { Lease } from '../api/objects.ts';
import type { Random } from '../runtime/backoff.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { ApiClient, WriteGate } from './client.ts';
import { isApiError } from './errors.ts';
import {
  claimed,
  DEFAULT_DURATIONS,
  followerPauseMs,
  fresh,
  holderOf,
  type LeaseDurations,
  mayTake,
  observe,
  type Observed,
  released,
} from './lease.ts';
import { Reflector } from './reflector.ts';
import { LEASES } from './resources.ts';

export interface LeaderElectorOptions {
  /** Without a gate: it must be able to write when nobody else may. */
  readonly client: ApiClient;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Unlike that of any other process, and of this process's predecessors. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: Random;
  readonly durations?: LeaseDurations;
  /** This process leads from now on. */
  readonly onStarted: () => void;
  /** This process leads no more, or is about to give up the lease. It competes again, or releases, once this has finished. */
  readonly onStopped: () => void | Promise<void>;
  /** Somebody leads, perhaps this process. */
  readonly onNewLeader?: (identity: string) => void;
}

/** A request that hangs must leave time for another one before the renew deadline. */
const ATTEMPTS_PER_DEADLINE = 2;

/**
 * Leader election on a Lease by client-go's rules. As a WriteGate it is open while this process leads, and tells how long
 * a write may take: up to the renew deadline, counted from before the last successful renewal was sent, on a clock
 * that goes on while the process is stopped. So no write starts when another process may lead.
 */
export class LeaderElector implements WriteGate {
  readonly #options: LeaderElectorOptions;
  readonly #durations: LeaseDurations;
  readonly #log: Log;
  readonly #reflector: Reflector<Lease, LeaseView>;
  #observed: Observed | undefined;
  #reportedLeader = '';
  /** Clock.now() from before the last successful renewal; absent while not leading. */
  #renewedAt: number | undefined;
  #term: AbortController | undefined;
  #wake = new AbortController();
  #trouble: string | undefined;
  /** A write showed that the lease is not as it was last seen. */
  #outdated = false;
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(options: LeaderElectorOptions) {
    const { client, namespace, name, clock, durations = DEFAULT_DURATIONS } = options;
    this.#options = options;
    this.#durations = durations;
    this.#log = options.log.child({ lease: `${namespace}/${name}`, identity: options.identity });
    this.#reflector = new Reflector({
      client,
      resource: LEASES,
      selector: { namespace, fieldSelector: `metadata.name=${name}` },
      slim: leaseView,
      clock,
      log: options.log,
      name: 'lease',
      resyncMs: 0,
      ...(options.random !== undefined && { random: options.random }),
    });
    this.#reflector.store.subscribe((change) => {
      if (change.kind === 'set') this.#watched(change.object.lease);
      if (change.kind === 'removed') this.#wake.abort();
    });
  }

  /** Aborts when this process gives up leading before the renew deadline. */
  get closing(): AbortSignal | undefined {
    return this.#term?.signal;
  }

  get leading(): boolean {
    return this.remainingMs() > 0;
  }

  remainingMs(): number {
    if (this.#renewedAt === undefined) return 0;
    return this.#renewedAt + this.#durations.renewDeadlineMs - this.#options.clock.now();
  }

  /** Begins to compete; no effect while it does. */
  start(): void {
    if (this.#run !== undefined) return;
    const abort = new AbortController();
    this.#reflector.start();
    this.#run = { abort, ended: this.#compete(abort.signal) };
  }

  /** Stops leading (`onStopped` first), gives up the lease, and competes no more. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.abort.abort();
    await Promise.all([run.ended, this.#reflector.stop()]);
  }

  async #compete(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#wake = new AbortController();
      if (await this.#attempt(signal)) await this.#lead(signal);
      else await this.#follow(signal);
    }
  }

  /** Waits until it is worth looking again: a while, or until the watch shows that the lease is free. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random } = this.#options;
    await sleep(clock, followerPauseMs(this.#durations, random), AbortSignal.any([signal, this.#wake.signal]));
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const { clock, onStarted, onStopped } = this.#options;
    this.#log.info('leading');
    this.#term = new AbortController();
    await this.#tell(onStarted);
    const goesOn = (): boolean => !signal.aborted && this.leading;
    while (goesOn()) {
      await sleep(clock, Math.min(this.#durations.retryMs, this.remainingMs()), signal);
      if (goesOn()) await this.#attempt(signal);
    }
    const inTime = this.leading;
    if (!inTime) this.#log.warn('lost the lease');
    await this.#tell(onStopped);
    this.#closeGate();
    if (inTime) await this.#release();
  }

  /** The lease must not hang on what others do with the news. */
  async #tell(listener: () => void | Promise<void>): Promise<void> {
    try {
      await listener();
    } catch (error) {
      this.#log.error('a handler failed', { err: error });
    }
  }

  #closeGate(): void {
    this.#renewedAt = undefined;
    this.#term?.abort();
  }

  /** Takes or renews the lease if that is allowed. Returns whether this process leads now. Never throws. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const sentAt = this.#options.clock.now();
    try {
      const lease = await this.#takeOrRenew(signal);
      this.#report(undefined);
      if (lease === undefined) {
        this.#closeGate();
        return false;
      }
      this.#renewedAt = sentAt;
      this.#seen(lease);
    } catch (error) {
      if (isApiError(error, 'conflict', 'not-found', 'already-exists')) this.#outdated = true;
      else if (!isApiError(error, 'aborted')) this.#report(error);
    }
    return this.leading;
  }

  /**
   * @returns the lease as written, or undefined when somebody else holds it
   * @throws ApiError when it could not be read or written
   */
  async #takeOrRenew(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, namespace, name, identity, clock } = this.#options;
    const options = { signal, timeoutMs: this.#durations.renewDeadlineMs / ATTEMPTS_PER_DEADLINE };
    const claim = { identity, date: clock.date(), durations: this.#durations };
    const known = this.leading && !this.#outdated ? this.#observed : await this.#look(signal);
    if (known === undefined) return client.create(LEASES, { namespace }, fresh(namespace, name, claim), options);
    if (!mayTake(known, identity, clock.now())) return undefined;
    try {
      return await client.update(LEASES, { namespace, name }, claimed(known.lease, claim), options);
    } catch (error) {
      if (!isApiError(error, 'conflict') || !this.leading) throw error;
    }
    const current = await this.#look(signal);
    if (current === undefined || holderOf(current.lease) !== identity) return undefined;
    return client.update(LEASES, { namespace, name }, claimed(current.lease, claim), options);
  }

  /** Reads the lease, unless the watch has it and was not found to lag behind. */
  async #look(signal: AbortSignal): Promise<Observed | undefined> {
    const { client, namespace, name } = this.#options;
    if (this.#reflector.health.state === 'watching' && !this.leading && !this.#outdated) {
      const seen = this.#reflector.store.get(name, namespace);
      return seen === undefined ? undefined : this.#seen(seen.lease);
    }
    const timeoutMs = this.#durations.renewDeadlineMs / ATTEMPTS_PER_DEADLINE;
    this.#outdated = false;
    try {
      return this.#seen(await client.get(LEASES, { namespace, name }, { signal, timeoutMs }));
    } catch (error) {
      if (isApiError(error, 'not-found')) return undefined;
      throw error;
    }
  }

  /** While leading, the answers to our own renewals are newer than what the watch brings. */
  #watched(lease: Lease): void {
    if (this.leading) return;
    this.#seen(lease);
    if (holderOf(lease) === '') this.#wake.abort();
  }

  #seen(lease: Lease): Observed {
    const { clock, onNewLeader } = this.#options;
    this.#observed = observe(this.#observed, lease, clock.now());
    const holder = holderOf(lease);
    if (holder !== this.#reportedLeader) {
      this.#reportedLeader = holder;
      if (holder !== '') onNewLeader?.(holder);
    }
    return this.#observed;
  }

  /** One line per kind of trouble, not per attempt. */
  #report(error: unknown): void {
    const trouble = isApiError(error) ? error.message : error === undefined ? undefined : 'unexpected error';
    if (trouble !== undefined && trouble !== this.#trouble) {
      this.#log.warn('cannot take or renew the lease', { err: error });
    }
    this.#trouble = trouble;
  }

  /** A failure costs the next leader the rest of the lease, no more. */
  async #release(): Promise<void> {
    const { client, namespace, name, identity, clock } = this.#options;
    const timeoutMs = this.#durations.retryMs;
    try {
      // Read first: a renewal that was cut off by the stop may have happened all the same.
      const lease = await client.get(LEASES, { namespace, name }, { timeoutMs });
      if (holderOf(lease) !== identity) return;
      this.#seen(await client.update(LEASES, { namespace, name }, released(lease, clock.date()), { timeoutMs }));
      this.#log.info('released the lease');
    } catch (error) {
      this.#log.warn('cannot release the lease', { err: error });
    }
  }
}

interface LeaseView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly lease: Lease;
}

const leaseView = (lease: Lease): LeaseView => ({
  namespace: lease.metadata.namespace ?? '',
  name: lease.metadata.name,
  uid: lease.metadata.uid ?? '',
  resourceVersion: lease.metadata.resourceVersion ?? '',
  lease,
});
