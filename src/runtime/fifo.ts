/** Holes at the head are cut off once there are this many, and no less than half of the array. */
const COMPACT_AT = 1024;

/** First in, first out, in constant amortised time. */
export class Fifo<V> {
  #items: V[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: V): void {
    this.#items.push(item);
  }

  shift(): V | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head++];
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
