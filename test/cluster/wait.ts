import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** What is awaited, for the error. */
  readonly what: string;
  /** Milliseconds after which the wait fails. */
  readonly within: number;
  /** Milliseconds between two looks. */
  readonly every?: number;
  /** Ends the wait early, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until `look` gives something other than undefined.
 * @throws Error naming what was awaited when it has not come within the limit; whatever `look` throws; AbortError after the signal.
 */
export async function until<T>(
  look: () => Promise<T | undefined>,
  { what, within, every = 50, signal }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${within / 1000} s`);
    await delay(every, undefined, { signal });
  }
}
