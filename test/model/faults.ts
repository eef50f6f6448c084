import { setTimeout as delay } from 'node:timers/promises';
import { answers, type Fault, resets, slowly, truncates } from '../faults/faults.ts';
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
 * Connections go dead without a word. A watch that brings nothing is given up after 75 s at the soonest: the comparison after it takes as long.
 * Watches that hide events behind bookmarks are left out: nobody can know.
 */
export const halfOpen = (proxy: FaultProxy): Disturbance => ({
  text: 'connections are half open',
  away: false,
  begin: () => {
    const end = proxy.silence();
    return Promise.resolve(() => {
      end();
      return Promise.resolve();
    });
  },
});

/**
 * What can go wrong between operator and API server.
 * @param lastMs how long each lasts at least, in milliseconds, whatever the operations in the meantime take
 */
export function faultsOf(proxy: FaultProxy, lastMs: number): readonly Disturbance[] {
  const lasting = (text: string, begin: () => () => void): Disturbance => ({
    text: `${text} for ${lastMs} ms and more`,
    away: false,
    begin: () => {
      const end = begin();
      const over = delay(lastMs);
      return Promise.resolve(async () => {
        await over;
        end();
      });
    },
  });
  return [
    ...Object.entries(FAULTS).map(([text, fault]) => lasting(text, () => proxy.inject(fault()))),
    lasting('darkness', () => proxy.darken()),
  ];
}
