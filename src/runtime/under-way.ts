/** Runs that have begun and not ended, for those who must not conclude anything while a run that knows less than they do may still write. */
export class UnderWay {
  readonly #runs = new Set<Promise<unknown>>();

  /** Runs `work` and counts it until it ends. @throws whatever `work` throws */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const run = work();
    this.#runs.add(run);
    try {
      return await run;
    } finally {
      this.#runs.delete(run);
    }
  }

  /** Resolves when every run that is under way now has ended, however it ends. Later ones are not waited for. */
  async earlierOver(): Promise<void> {
    await Promise.allSettled(this.#runs);
  }
}
