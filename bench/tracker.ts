interface Waiter {
  readonly isWanted: (mark: string | undefined, namespace: string) => boolean;
  readonly count: number;
  readonly satisfied: Set<string>;
  readonly resolve: (at: number) => void;
}

/** One mark for each namespace, as a watch saw it last, and the moments when they became what somebody waits for. */
export class Tracker {
  readonly #marks = new Map<string, string>();
  readonly #waiters = new Set<Waiter>();

  /** @param mark undefined where the object is gone @param at milliseconds, `performance.now()` */
  set(namespace: string, mark: string | undefined, at: number): void {
    if (mark === undefined) this.#marks.delete(namespace);
    else this.#marks.set(namespace, mark);
    for (const waiter of this.#waiters) this.#look(waiter, namespace, mark, at);
  }

  /**
   * Waits until so many namespaces have a wanted mark.
   * @returns the moment of the event that made it so; now, where it is so already
   */
  whenCount(count: number, isWanted: Waiter['isWanted']): Promise<number> {
    return new Promise((resolve) => {
      const waiter = { isWanted, count, satisfied: new Set<string>(), resolve };
      for (const [namespace, mark] of this.#marks) if (isWanted(mark, namespace)) waiter.satisfied.add(namespace);
      if (waiter.satisfied.size >= count) resolve(performance.now());
      else this.#waiters.add(waiter);
    });
  }

  /** As `whenCount`, for one namespace. */
  whenIn(namespace: string, isWanted: (mark: string) => boolean): Promise<number> {
    return this.whenCount(1, (mark, where) => where === namespace && mark !== undefined && isWanted(mark));
  }

  /** Waits until none of the marks is wanted any more. */
  whenNone(isUnwanted: (mark: string) => boolean): Promise<number> {
    const left = new Set([...this.#marks].filter(([, mark]) => isUnwanted(mark)).map(([namespace]) => namespace));
    return left.size === 0
      ? Promise.resolve(performance.now())
      : this.#whenChanged(left, (mark) => mark === undefined || !isUnwanted(mark));
  }

  #whenChanged(namespaces: ReadonlySet<string>, isWanted: (mark: string | undefined) => boolean): Promise<number> {
    return new Promise((resolve) => {
      const isOne: Waiter['isWanted'] = (mark, namespace) => namespaces.has(namespace) && isWanted(mark);
      this.#waiters.add({ isWanted: isOne, count: namespaces.size, satisfied: new Set(), resolve });
    });
  }

  #look(waiter: Waiter, namespace: string, mark: string | undefined, at: number): void {
    if (waiter.isWanted(mark, namespace)) waiter.satisfied.add(namespace);
    else waiter.satisfied.delete(namespace);
    if (waiter.satisfied.size < waiter.count) return;
    this.#waiters.delete(waiter);
    waiter.resolve(at);
  }
}
