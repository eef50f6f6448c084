import type { KubeObject } from '../api/objects.ts';
import { Backoff, type BackoffOptions, type Random } from '../runtime/backoff.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { CacheStore } from './cache-store.ts';
import type { ApiClient, WatchEvent } from './client.ts';
import { isApiError } from './errors.ts';
import { listAll, type ListVersion } from './list-all.ts';
import { keyOf } from './object-index.ts';
import { type ReflectorHealth, startingHealth, troubledHealth, watchingHealth } from './reflector-health.ts';
import { type Phase, recover, type Recovery } from './reflector-policy.ts';
import type { Resource } from './resources.ts';
import type { Stored, TrackingStore } from './store.ts';
import { Subscribers } from './subscribers.ts';

export type { ReflectorHealth } from './reflector-health.ts';

/** What a reflector covers; without it, the whole collection. */
export interface Selector {
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface ReflectorObserver {
  /** A complete list was taken in. */
  listed(): void;
  /** A watch ended: `expired` in the regular way, else the kind of error. */
  watchEnded(reason: string): void;
  /** An event came, bookmarks not counted. */
  event(): void;
  /** Objects in the store. */
  size(objects: number): void;
}

export interface ReflectorOptions<Raw extends KubeObject, T extends Stored> {
  readonly client: ApiClient;
  readonly resource: Resource<Raw>;
  readonly selector?: Selector;
  /** Takes from an object what the store is to keep. */
  readonly slim: (raw: Raw) => T;
  readonly clock: Clock;
  readonly log: Log;
  readonly name: string;
  readonly observer?: ReflectorObserver;
  readonly random?: Random;
  /** How often subscribers are reminded of every object, in milliseconds, plus or minus a tenth; 0: never. */
  readonly resyncMs?: number;
  /** Whether the first list may come from the API server's cache, which spares etcd. */
  readonly listFromCache?: boolean;
  /**
   * Objects in a page of a list at most, for what anybody may make a megabyte long: a page is held in full, and so has fewer where they
   * are long. Such a list is of the latest version, since any other comes from the API server's cache, in one answer whatever its limit.
   */
  readonly pageSize?: number;
}

const PAGE_SIZE = 500;
/** Of a page with a `pageSize`. Parsed, JSON of nothing but empty objects takes twenty times as much, and several lists begin at once. */
const PAGE_BYTES = 2 * 2 ** 20;
const RESYNC_MS = 600_000;
/** A watch that held for so long proves that list and watch work: back-off starts from the bottom again. */
const HEALTHY_AFTER_MS = 10_000;
/** client-go's range, spread so that the watches of a process do not all end at once. */
const WATCH_SECONDS = { least: 300, spread: 300 };
/** After an outage of any length everything is seen again within ten seconds, at the price of a request in five seconds for each watch. */
const NORMAL_PACE: BackoffOptions = { baseMs: 500, maxMs: 10_000 };
/** Four or five attempts in the first ten seconds, so that a permission just granted is soon seen. */
const SLOW_PACE: BackoffOptions = { baseMs: 1_000, maxMs: 60_000 };

/**
 * Keeps a store in step with a collection: lists, then watches, for as long as it runs, through every failure.
 *
 * Guarantees: objects deleted while no watch was open are removed after the next list; a stopped run touches neither
 * server nor store; a failure never ends it.
 */
export class Reflector<Raw extends KubeObject, T extends Stored> {
  readonly name: string;
  readonly #options: ReflectorOptions<Raw, T>;
  readonly #log: Log;
  readonly #store: CacheStore<T>;
  readonly #random: Random;
  readonly #backoff: Readonly<Record<Recovery['pace'], Backoff>>;
  readonly #healthHandlers: Subscribers<ReflectorHealth>;
  #health: ReflectorHealth;
  #lastSeen: string | undefined;
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(options: ReflectorOptions<Raw, T>) {
    const { name, log, clock, random = Math.random } = options;
    this.name = name;
    this.#options = options;
    this.#log = log.child({ reflector: name });
    this.#random = random;
    this.#backoff = {
      prompt: new Backoff(NORMAL_PACE, random),
      normal: new Backoff(NORMAL_PACE, random),
      slow: new Backoff(SLOW_PACE, random),
    };
    const onHandlerError = (error: unknown): void => {
      this.#log.error('a handler failed', { err: error });
    };
    this.#store = new CacheStore<T>(onHandlerError);
    this.#healthHandlers = new Subscribers<ReflectorHealth>(onHandlerError);
    this.#health = startingHealth(clock.now(), false);
  }

  get store(): TrackingStore<T> {
    return this.#store;
  }

  get health(): ReflectorHealth {
    return this.#health;
  }

  /** Calls `handler` whenever `health` changes in more than its last sign of life. Returns a function that ends it. */
  onHealth(handler: (health: ReflectorHealth) => void): () => void {
    return this.#healthHandlers.add(handler);
  }

  /** Begins to list and watch; no effect while it runs. */
  start(): void {
    if (this.#run !== undefined) return;
    const abort = new AbortController();
    this.#health = startingHealth(this.#options.clock.now(), this.#store.synced);
    this.#run = { abort, ended: this.#listAndWatch(abort.signal) };
    this.#resyncLater(abort.signal);
  }

  /** Resolves when the run has ended. The store stays as it is. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.abort.abort();
    await run.ended;
  }

  async #listAndWatch(signal: AbortSignal): Promise<void> {
    let next: Recovery['next'] = 'list';
    while (!signal.aborted) next = await this.#round(next, signal);
  }

  /** A list where one is due, then a watch until it ends. Returns with what to go on; never throws. */
  async #round(first: Recovery['next'], signal: AbortSignal): Promise<Recovery['next']> {
    let phase: Phase = 'list';
    try {
      if (first !== 'watch') await this.#list(first, signal);
      phase = 'opening';
      await this.#watch(signal, () => {
        phase = 'watching';
      });
      return 'watch';
    } catch (error) {
      const recovery = recover(error, phase);
      if (!signal.aborted) await this.#pause(recovery, signal);
      return recovery.next;
    }
  }

  async #list(next: Recovery['next'], signal: AbortSignal): Promise<void> {
    const { client, resource, selector, pageSize, observer } = this.#options;
    const version = this.#listVersion(next);
    const slim = (raw: Raw): T | undefined => this.#slim(raw);
    const maxBytes = pageSize === undefined ? undefined : PAGE_BYTES;
    const scope = { ...selector, limit: pageSize ?? PAGE_SIZE, maxBytes };
    const { objects, resourceVersion } = await listAll(client, resource, scope, version, slim, signal);
    if (signal.aborted) return;
    this.#lastSeen = resourceVersion;
    this.#store.replace(objects);
    this.#alive();
    observer?.listed();
    observer?.size(this.#store.size);
  }

  /** Never older than what was seen before, unless that version is the trouble; the latest is not. */
  #listVersion(next: Recovery['next']): ListVersion {
    if (next === 'list-latest' || this.#options.pageSize !== undefined) return {};
    if (this.#lastSeen !== undefined) return { resourceVersion: this.#lastSeen, resourceVersionMatch: 'NotOlderThan' };
    return this.#options.listFromCache === true ? { resourceVersion: '0' } : {};
  }

  async #watch(signal: AbortSignal, onOpen: () => void): Promise<void> {
    const { client, resource, selector, clock, observer } = this.#options;
    const timeoutSeconds = WATCH_SECONDS.least + Math.floor(this.#random() * (WATCH_SECONDS.spread + 1));
    const opened = (): void => {
      if (signal.aborted) return;
      onOpen();
      this.#nowWatching();
    };
    const started = clock.now();
    let reason = 'expired';
    try {
      const query = { ...selector, resourceVersion: this.#lastSeen ?? '', timeoutSeconds };
      for await (const event of client.watch(resource, query, signal, { onOpen: opened })) {
        if (signal.aborted) return;
        this.#take(event);
      }
    } catch (error) {
      reason = isApiError(error) ? error.kind : 'error';
      throw error;
    } finally {
      observer?.watchEnded(reason);
      if (clock.now() - started >= HEALTHY_AFTER_MS) this.#resetBackoff();
    }
    if (clock.now() - started < HEALTHY_AFTER_MS) await sleep(clock, this.#backoff.normal.next(), signal);
  }

  #take(event: WatchEvent<Raw>): void {
    const { observer } = this.#options;
    this.#alive();
    this.#lastSeen = event.object.metadata.resourceVersion ?? this.#lastSeen;
    if (event.type === 'BOOKMARK') return;
    observer?.event();
    const object = this.#slim(event.object);
    if (object === undefined) return;
    if (event.type === 'DELETED') this.#store.remove(object);
    else this.#store.set(object);
    observer?.size(this.#store.size);
  }

  /** An object that cannot be read is left out: it must not keep all others from being seen. */
  #slim(raw: Raw): T | undefined {
    try {
      return this.#options.slim(raw);
    } catch (error) {
      const { name, namespace } = raw.metadata;
      this.#log.error('cannot read an object', { object: keyOf(name, namespace), err: error });
      return undefined;
    }
  }

  #nowWatching(): void {
    this.#setHealth(watchingHealth(this.#health, this.#options.clock.now()));
  }

  async #pause({ pace, atLeastMs, trouble }: Recovery, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    this.#setHealth(troubledHealth(this.#health, trouble, clock.now()));
    await sleep(clock, atLeastMs + this.#backoff[pace].next(), signal);
  }

  #resetBackoff(): void {
    for (const backoff of Object.values(this.#backoff)) backoff.reset();
  }

  #alive(): void {
    this.#health = { ...this.#health, synced: this.#store.synced, lastSignOfLife: this.#options.clock.now() };
  }

  /** One line per change of state, not per attempt. */
  #setHealth(health: ReflectorHealth): void {
    const before = this.#health;
    this.#health = health;
    const changed = before.state !== health.state || before.notFound !== health.notFound;
    if (changed && health.state === 'watching') this.#log.info('watching');
    else if (changed) this.#log.warn('list or watch fails', { state: health.state, error: health.error });
    if (changed || before.error !== health.error) this.#healthHandlers.tell(health);
  }

  #resyncLater(signal: AbortSignal): void {
    const { clock, resyncMs = RESYNC_MS } = this.#options;
    if (resyncMs <= 0) return;
    const cancel = clock.setTimer(resyncMs * (0.9 + 0.2 * this.#random()), () => {
      signal.removeEventListener('abort', cancel);
      this.#store.resync();
      this.#resyncLater(signal);
    });
    signal.addEventListener('abort', cancel, { once: true });
  }
}
