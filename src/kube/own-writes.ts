import { keyOf } from './object-index.ts';
import type { Stored } from './store.ts';

/** What an own write is known to have left behind, until the watch confirms it. `object` is undefined after a delete. */
export interface Overlay<T> {
  readonly object: T | undefined;
  readonly uid: string;
}

/** What the watch delivered for one key while a write was under way. */
export class Tracked {
  readonly #versions = new Set<string>();
  readonly #deleted = new Set<string>();
  #relisted = false;

  /** @param version what the watch had delivered before the write, since a write that changes nothing answers with it */
  constructor(version: string | undefined) {
    if (version !== undefined) this.#versions.add(version);
  }

  sawVersion(version: string): void {
    this.#versions.add(version);
  }

  sawDeleted(uid: string): void {
    this.#deleted.add(uid);
  }

  sawRelist(): void {
    this.#relisted = true;
  }

  /**
   * Whether the watch is past this write already. After a relist nobody can tell (versions have no order), and
   * a stale answer for a moment is better than one that no event will ever end.
   */
  isPast({ uid, resourceVersion }: Stored): boolean {
    return this.#relisted || this.#deleted.has(uid) || this.#versions.has(resourceVersion);
  }

  isPastDeletion(uid: string): boolean {
    return this.#relisted || this.#deleted.has(uid);
  }
}

/** The own writes under way, by the key that they write. */
export class OpenWrites {
  readonly #open = new Map<string, Set<Tracked>>();

  begin(key: string, version: string | undefined): Tracked {
    const tracked = new Tracked(version);
    const others = this.#open.get(key);
    if (others === undefined) this.#open.set(key, new Set([tracked]));
    else others.add(tracked);
    return tracked;
  }

  end(key: string, tracked: Tracked): void {
    const others = this.#open.get(key);
    if (others?.delete(tracked) === true && others.size === 0) this.#open.delete(key);
  }

  sawVersion({ name, namespace, resourceVersion }: Stored): void {
    for (const tracked of this.#of(name, namespace)) tracked.sawVersion(resourceVersion);
  }

  sawDeleted({ name, namespace, uid }: Stored): void {
    for (const tracked of this.#of(name, namespace)) tracked.sawDeleted(uid);
  }

  sawRelist(): void {
    for (const writes of this.#open.values()) for (const tracked of writes) tracked.sawRelist();
  }

  #of(name: string, namespace: string | undefined): Iterable<Tracked> {
    return this.#open.get(keyOf(name, namespace)) ?? [];
  }
}

/**
 * Whether an event for an object that exists ends an overlay: it is the write itself, or the name
 * has gone to another object after our delete.
 */
export function endsOverlay(overlay: Overlay<Stored>, event: Stored): boolean {
  if (overlay.object === undefined) return event.uid !== overlay.uid;
  return event.resourceVersion === overlay.object.resourceVersion;
}
