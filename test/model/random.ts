/** Random choices that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** @returns at least 0, below 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** @returns a whole number from 0 to `below` - 1 */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T {
    const [item] = list.slice(this.int(list.length));
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** Some of them, at least `least`, in their order. */
  some<T>(list: readonly T[], least = 1): readonly T[] {
    const picked = list.filter(() => this.chance(0.5));
    return picked.length >= least ? picked : list.slice(0, least);
  }

  /** @param weighted weight and item */
  weighted<T>(weighted: readonly (readonly [number, T])[]): T {
    let at = this.next() * weighted.reduce((sum, [weight]) => sum + weight, 0);
    const found = weighted.find(([weight]) => (at -= weight) < 0) ?? weighted.at(-1);
    if (found === undefined) throw new RangeError('nothing to pick from');
    return found[1];
  }
}
