import type { PolicyName } from '../../api/keys.ts';
import { keysFor } from '../image/keyring.ts';

/** A policy, and the keys that it feeds. */
type Entry = readonly [PolicyName, readonly string[]];

/** Answers that are kept for each copy; about 100 bytes each. */
const MAX_ANSWERS = 1_000;

/** What a copy holds: which policy feeds which keys. Pods of a namespace pull the same few images again and again, so answers are kept. */
export class Feeding {
  readonly #entries: readonly Entry[];
  readonly #answers = new Map<string, readonly PolicyName[]>();

  constructor(entries: Iterable<Entry>) {
    this.#entries = [...entries];
  }

  /** What a pod can use that refers to all of these copies. */
  static together(copies: readonly Feeding[]): Feeding {
    const [only] = copies;
    return copies.length === 1 && only !== undefined ? only : new Feeding(copies.flatMap((copy) => copy.#entries));
  }

  /** The policies whose credentials the kubelet sends for the image, sorted. */
  sentFor(image: string): readonly PolicyName[] {
    const answer = this.#answers.get(image) ?? sent(this.#entries, image);
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    this.#answers.set(image, answer);
    return answer;
  }
}

function sent(entries: readonly Entry[], image: string): readonly PolicyName[] {
  const all = entries.flatMap(([, keys]) => keys);
  const used = new Set(keysFor(all, image));
  const policies = entries.filter(([, keys]) => keys.some((key) => used.has(key))).map(([policy]) => policy);
  return [...new Set(policies)].sort();
}
