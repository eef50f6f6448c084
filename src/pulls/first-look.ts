import type { ObjectKey } from './object-key.ts';

export type Kind = 'event' | 'pod';

/** What was there at the start and has to be looked at once before anybody can say that there is nothing. */
export class FirstLook {
  readonly #left = new Set<`${Kind} ${ObjectKey}`>();

  expect(kind: Kind, key: ObjectKey): void {
    this.#left.add(`${kind} ${key}`);
  }

  /** It was looked at, or has to wait for its turn: whoever writes many Events must not keep this from ending. */
  done(kind: Kind, key: ObjectKey): void {
    this.#left.delete(`${kind} ${key}`);
  }

  get isOver(): boolean {
    return this.#left.size === 0;
  }
}
