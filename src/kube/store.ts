/** What a store needs to know of an object; slim objects extend it. */
export interface Stored {
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  /** Opaque: equal or not, never ordered. */
  readonly resourceVersion: string;
}

/**
 * What a store tells its subscribers, always after the store has taken it in.
 * - `set`: added or changed; `old` is the version before, if there was one with the same uid
 * - `removed`: gone from the server or from the selection. An object recreated under its name is `removed`, then `set`
 * - `synced`: the first list is complete, after its `set`s. Comes once
 * - `resync`: nothing changed; a slow periodic reminder for every object, so that a missed wake-up is no loss for ever
 */
export type Change<T> =
  | { readonly kind: 'set'; readonly object: T; readonly old?: T }
  | { readonly kind: 'removed'; readonly old: T }
  | { readonly kind: 'synced' }
  | { readonly kind: 'resync'; readonly object: T };

/** The readers' side of a store. */
export interface ReadStore<T extends Stored> {
  /** Whether the first list is complete. Stays true. */
  readonly synced: boolean;
  /** Resolves once synced; rejects with the signal's reason if that aborts first. */
  whenSynced(signal?: AbortSignal): Promise<void>;
  get(name: string, namespace?: string): T | undefined;
  list(): Iterable<T>;
  inNamespace(namespace: string): Iterable<T>;
  readonly size: number;
  /** Calls `handler` for every change from now on; returns a function that ends it. What is stored already is not replayed. */
  subscribe(handler: (change: Change<T>) => void): () => void;
}

/** A write of our own that is under way. */
export interface OwnWrite<T extends Stored> {
  /** The write succeeded with this result. */
  learned(object: T): void;
  /** The delete succeeded and the object is gone (not merely marked with a deletionTimestamp: that is `learned`). */
  removed(): void;
  /** No more news from this write. To be called in every case. */
  done(): void;
}

/** A store that shows own writes at once, without waiting for the watch to bring them. */
export interface TrackingStore<T extends Stored> extends ReadStore<T> {
  /** To be called before the write is sent. */
  track(name: string, namespace?: string): OwnWrite<T>;
}
