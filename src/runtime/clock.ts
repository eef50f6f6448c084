/** Time as the rest of the program sees it, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds on a monotonic scale with an arbitrary start. Goes on while the process is stopped by a signal. */
  now(): number;
  /** Wall-clock time; only for what people or other processes read. */
  date(): Date;
  /** Calls `fn` once, `ms` milliseconds from now. Returns a function that cancels it. */
  setTimer(ms: number, fn: () => void): () => void;
}

/** A longer Node timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real clock. Its timers keep the process alive: whoever sets one cancels it when it stops. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  setTimer(ms, fn) {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Waits `ms` milliseconds; resolves early, and never rejects, when `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.setTimer(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
