import type { Clock } from '../../runtime/clock.ts';

/** Repairs of the same thing within `WINDOW_MS` that pass as accidents; with the next one somebody is working against us. */
const PATIENCE = 4;
const WINDOW_MS = 10 * 60_000;
const FIRST_HOLD_MS = 5_000;
const MAX_HOLD_MS = 10 * 60_000;

interface Fight {
  readonly wanted: string;
  readonly repairs: number;
  /** The time of the last repair where it need not be left alone. */
  readonly heldUntil: number;
}

/**
 * Remembers what had to be written again and again, and when to leave it for a while: GitOps tools, webhooks and other
 * operators may undo our writes for ever, and answering each time would be a hot loop.
 */
export class Contention {
  readonly #clock: Clock;
  readonly #fights = new Map<string, Fight>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds for which `key` has to be left alone; 0 where `wanted` may be written. */
  holdMs(key: string, wanted: string): number {
    const fight = this.#fights.get(key);
    return fight?.wanted === wanted ? Math.max(0, fight.heldUntil - this.#clock.now()) : 0;
  }

  /**
   * `key` was written. Beyond `PATIENCE` times within the window the hold after it doubles each time.
   * @param wanted what was written: something new is no repair of the old
   */
  repaired(key: string, wanted: string): void {
    const now = this.#clock.now();
    this.#forgetOld(now);
    const before = this.#fights.get(key);
    const repairs = before?.wanted === wanted && !isOver(before, now) ? before.repairs + 1 : 1;
    const excess = repairs - PATIENCE;
    const hold = excess <= 0 ? 0 : Math.min(FIRST_HOLD_MS * 2 ** (excess - 1), MAX_HOLD_MS);
    this.#fights.delete(key);
    this.#fights.set(key, { wanted, repairs, heldUntil: now + hold });
  }

  /** We changed our mind about `key`: what we wrote before does not count any more. */
  settled(key: string): void {
    this.#fights.delete(key);
  }

  /** Entries lie in the order of their last repair, so that few but the old ones are visited; a long hold keeps those behind it too. */
  #forgetOld(now: number): void {
    for (const [key, fight] of this.#fights) {
      if (!isOver(fight, now)) return;
      this.#fights.delete(key);
    }
  }
}

/** A whole window has passed since it was last written, or might have been written again. */
const isOver = ({ heldUntil }: Fight, now: number): boolean => heldUntil + WINDOW_MS <= now;
