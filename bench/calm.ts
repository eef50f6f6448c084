import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 500;
const PATIENCE_MS = 30_000;
/** Of all cores. */
const IDLE_SHARE = 0.85;

/**
 * Waits until the machine has next to nothing to do: other people's work would be measured with ours.
 * @returns whether it came to that within half a minute
 */
export async function calm(): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let before = ticks(); ; before = ticks()) {
    await pause(LOOK_MS);
    const now = ticks();
    if ((now.idle - before.idle) / (now.all - before.all) >= IDLE_SHARE) return true;
    if (performance.now() > deadline) return false;
  }
}

function ticks(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((time) => Object.values(time))) };
}
