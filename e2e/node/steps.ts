import { elapsed, type Log } from '../../test/cluster/log.ts';

/** Does something under a name that a person is told while it runs, and again when it fails. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** @param log gets a line when a step is over: its name and how long it took */
export const steps =
  (log: Log): Step =>
  async (name, work) => {
    const begun = performance.now();
    try {
      const result = await work();
      log(`${name}: ${elapsed(performance.now() - begun)}`);
      return result;
    } catch (error) {
      log(`${name}: FAILED after ${elapsed(performance.now() - begun)}`);
      throw new Error(`step "${name}" failed: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  };
