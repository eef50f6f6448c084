import type { KubeObject } from '../api/objects.ts';
import type { Reflector, ReflectorHealth } from './reflector.ts';
import type { Change, Stored, TrackingStore } from './store.ts';

export interface ReflectorSetOptions<K extends string, Raw extends KubeObject, T extends Stored> {
  readonly create: (key: K) => Reflector<Raw, T>;
  /** An object of one of the reflectors changed. */
  readonly onChange: (key: K, change: Change<T>) => void;
  /** A reflector synced, lost its watch, was forbidden, or recovered. */
  readonly onHealth: (key: K) => void;
}

/** Reflectors that come and go at run time, one for each key. One that goes frees its store. */
export class ReflectorSet<K extends string, Raw extends KubeObject, T extends Stored> {
  readonly #options: ReflectorSetOptions<K, Raw, T>;
  readonly #members = new Map<K, Reflector<Raw, T>>();
  readonly #ending = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: ReflectorSetOptions<K, Raw, T>) {
    this.#options = options;
  }

  /** Starts the reflectors that are missing, and stops those that nobody wants any more. No effect after `stop`. */
  ensure(wanted: ReadonlySet<K>): void {
    if (this.#stopped) return;
    for (const [key, reflector] of this.#members) {
      if (wanted.has(key)) continue;
      this.#members.delete(key);
      this.#end(reflector);
    }
    for (const key of wanted) if (!this.#members.has(key)) this.#begin(key);
  }

  keys(): Iterable<K> {
    return this.#members.keys();
  }

  health(key: K): ReflectorHealth | undefined {
    return this.#members.get(key)?.health;
  }

  store(key: K): TrackingStore<T> | undefined {
    return this.#members.get(key)?.store;
  }

  /** Whether the store can be relied on: it had its first list, and the API server does not refuse to go on. */
  isReady(key: K): boolean {
    const member = this.#members.get(key);
    return member?.store.synced === true && member.health.state !== 'forbidden';
  }

  /** Whether every member has had its first list, or has failed to get one. */
  get isSettled(): boolean {
    return [...this.#members.values()].every(({ store, health }) => store.synced || health.error !== undefined);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const reflector of this.#members.values()) this.#end(reflector);
    this.#members.clear();
    await Promise.all(this.#ending);
  }

  #begin(key: K): void {
    const { create, onChange, onHealth } = this.#options;
    const reflector = create(key);
    this.#members.set(key, reflector);
    const isMember = (): boolean => this.#members.get(key) === reflector;
    reflector.store.subscribe((change) => {
      if (isMember()) onChange(key, change);
    });
    reflector.onHealth(() => {
      if (isMember()) onHealth(key);
    });
    reflector.start();
  }

  #end(reflector: Reflector<Raw, T>): void {
    const ended = reflector.stop().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}
