import { keyOf, ObjectIndex } from './object-index.ts';
import { endsOverlay, type Overlay, OpenWrites, type Tracked } from './own-writes.ts';
import type { Change, OwnWrite, Stored, TrackingStore } from './store.ts';
import { Subscribers } from './subscribers.ts';

interface Overlaid<T> extends Overlay<T> {
  /** What the watch says: shown again when the overlay ends. */
  readonly watched: T | undefined;
}

/**
 * The store behind a reflector: one writer (`replace`, `set`, `remove`, `resync`), many readers.
 *
 * Readers see what the watch said, except where an own write is known to be newer: then that, until an event with
 * the same resourceVersion, a DELETED event for its uid, or a relist comes. Subscribers are told of what the watch says alone.
 */
export class CacheStore<T extends Stored> implements TrackingStore<T> {
  readonly #visible = new ObjectIndex<T>();
  readonly #overlays = new Map<string, Overlaid<T>>();
  readonly #openWrites = new OpenWrites();
  readonly #subscribers: Subscribers<Change<T>>;
  readonly #firstList = new AbortController();

  /** @param onHandlerError told when a subscriber throws; the others are still called */
  constructor(onHandlerError: (error: unknown) => void) {
    this.#subscribers = new Subscribers(onHandlerError);
  }

  get synced(): boolean {
    return this.#firstList.signal.aborted;
  }

  whenSynced(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.synced) {
        resolve();
        return;
      }
      const giveUp = (): void => {
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      if (signal?.aborted === true) {
        giveUp();
        return;
      }
      signal?.addEventListener('abort', giveUp, { once: true });
      const settle = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      this.#firstList.signal.addEventListener('abort', settle, { once: true });
    });
  }

  get size(): number {
    return this.#visible.size;
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#visible.get(name, namespace);
  }

  list(): Iterable<T> {
    return this.#visible.list();
  }

  inNamespace(namespace: string): Iterable<T> {
    return this.#visible.inNamespace(namespace);
  }

  subscribe(handler: (change: Change<T>) => void): () => void {
    return this.#subscribers.add(handler);
  }

  track(name: string, namespace?: string): OwnWrite<T> {
    const key = keyOf(name, namespace);
    const tracked = this.#openWrites.begin(key, this.#watched(name, namespace)?.resourceVersion);
    const target = this.#visible.get(name, namespace);
    return {
      learned: (object) => {
        this.#learned(object, tracked);
      },
      removed: () => {
        if (target !== undefined) this.#removed(target, tracked);
      },
      done: () => {
        this.#openWrites.end(key, tracked);
      },
    };
  }

  /** A complete list. Tells of the differences, deletions among them. */
  replace(objects: readonly T[]): void {
    this.#endOverlays();
    this.#openWrites.sawRelist();
    const gone = new Map<string, T>();
    for (const object of this.#visible.list()) gone.set(keyOf(object.name, object.namespace), object);
    const changes: Change<T>[] = [];
    for (const object of objects) {
      const key = keyOf(object.name, object.namespace);
      changes.push(...difference(gone.get(key), object));
      gone.delete(key);
      this.#visible.set(object);
    }
    for (const old of gone.values()) {
      this.#visible.delete(old.name, old.namespace);
      changes.push({ kind: 'removed', old });
    }
    for (const change of changes) this.#subscribers.tell(change);
    this.#syncedNow();
  }

  /** An ADDED or MODIFIED event. */
  set(object: T): void {
    const { name, namespace } = object;
    const key = keyOf(name, namespace);
    const old = this.#watched(name, namespace);
    const overlay = this.#overlays.get(key);
    if (overlay === undefined || endsOverlay(overlay, object)) {
      this.#overlays.delete(key);
      this.#visible.set(object);
    } else {
      this.#overlays.set(key, { ...overlay, watched: object });
    }
    this.#openWrites.sawVersion(object);
    for (const change of difference(old, object)) this.#subscribers.tell(change);
  }

  /** A DELETED event. */
  remove(object: T): void {
    const { name, namespace, uid } = object;
    const key = keyOf(name, namespace);
    const old = this.#watched(name, namespace);
    const overlay = this.#overlays.get(key);
    if (overlay === undefined || overlay.uid === uid) {
      this.#overlays.delete(key);
      this.#visible.delete(name, namespace);
    } else {
      this.#overlays.set(key, { ...overlay, watched: undefined });
    }
    this.#openWrites.sawDeleted(object);
    if (old !== undefined) this.#subscribers.tell({ kind: 'removed', old });
  }

  /** Reminds the subscribers of every object. */
  resync(): void {
    for (const object of [...this.#visible.list()]) this.#subscribers.tell({ kind: 'resync', object });
  }

  #watched(name: string, namespace: string | undefined): T | undefined {
    const overlay = this.#overlays.get(keyOf(name, namespace));
    return overlay === undefined ? this.#visible.get(name, namespace) : overlay.watched;
  }

  #learned(object: T, tracked: Tracked): void {
    if (tracked.isPast(object)) return;
    const watched = this.#watched(object.name, object.namespace);
    this.#overlays.set(keyOf(object.name, object.namespace), { object, uid: object.uid, watched });
    this.#visible.set(object);
  }

  #removed({ name, namespace, uid }: T, tracked: Tracked): void {
    if (this.#visible.get(name, namespace)?.uid !== uid || tracked.isPastDeletion(uid)) return;
    const watched = this.#watched(name, namespace);
    this.#overlays.set(keyOf(name, namespace), { object: undefined, uid, watched });
    this.#visible.delete(name, namespace);
  }

  /** Shows what the watch said, wherever an own write covers it. */
  #endOverlays(): void {
    for (const { watched, object } of this.#overlays.values()) {
      if (watched !== undefined) this.#visible.set(watched);
      else if (object !== undefined) this.#visible.delete(object.name, object.namespace);
    }
    this.#overlays.clear();
  }

  #syncedNow(): void {
    if (this.synced) return;
    this.#firstList.abort();
    this.#subscribers.tell({ kind: 'synced' });
  }
}

/** The changes that lead from what the watch said before to what it says now. */
function difference<T extends Stored>(old: T | undefined, object: T): Change<T>[] {
  if (old === undefined) return [{ kind: 'set', object }];
  if (old.uid !== object.uid) {
    return [
      { kind: 'removed', old },
      { kind: 'set', object },
    ];
  }
  return old.resourceVersion === object.resourceVersion ? [] : [{ kind: 'set', object, old }];
}
