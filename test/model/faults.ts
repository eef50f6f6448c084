import { setTimeout as delay } from 'node:timers/promises';
import { answers, type Fault, resets, slowly, truncates } from '../faults/faults.ts';
import { until } from '../cluster/wait.ts';
import type { FaultProxy } from '../faults/proxy.ts';
import type { Disturbance } from './run.ts';

const FAULTS: Readonly<Record<string, () => Fault>> = {
  'connections are reset': resets,
  'every answer is 500': () => answers(500, 'InternalError'),
  'every answer is 429': () => answers(429, 'TooManyRequests', { 'retry-after': '1' }),
  'every answer is 410': () => answers(410, 'Expired'),
  'answers are cut off': truncates,
  'answers come slowly': () => slowly(512, 5),
};

/**
 * What can go wrong between operator and API server. Left out: connections that go dead without a word, because a watch that brings nothing is
 * given up after 75 s at the soonest, and watches that hide events behind bookmarks, which nobody can know.
 * @param lastMs how long each lasts at least, in milliseconds, whatever the operations in the meantime take
 */
export function faultsOf(proxy: FaultProxy, lastMs: number): readonly Disturbance[] {
  const lasting = (text: string, begin: () => () => void): Disturbance => ({
    text: `${text} for ${lastMs} ms and more`,
    away: false,
    begin: () => {
      const watches = proxy.openWatches;
      const end = begin();
      const over = delay(lastMs);
      return Promise.resolve(async () => {
        await over;
        end();
        await watching(proxy, watches, lastMs);
      });
    },
  });
  return [
    ...Object.entries(FAULTS).map(([text, fault]) => lasting(text, () => proxy.inject(fault()))),
    lasting('darkness', () => proxy.darken()),
  ];
}

/**
 * Waits for the watches that were open before a fault, each of which comes back in its own time; those that nobody wants any more never do.
 * @param lastedMs milliseconds; back-off grows with it
 */
async function watching(proxy: FaultProxy, before: readonly string[], lastedMs: number): Promise<void> {
  const back = (): Promise<true | undefined> => {
    const now = new Set(proxy.openWatches);
    return Promise.resolve(before.every((watch) => now.has(watch)) ? true : undefined);
  };
  await until(back, { what: 'the watches open again', within: 2_000 + 1.5 * lastedMs }).catch(() => undefined);
}
