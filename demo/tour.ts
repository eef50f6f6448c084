import { Others } from './others.ts';
import type { Step } from './step.ts';
import { conflict } from './steps/conflict.ts';
import { drift } from './steps/drift.ts';
import { farewell } from './steps/farewell.ts';
import { beforePolicy, limits } from './steps/limits.ts';
import { prepare } from './steps/prepare.ts';
import { sync } from './steps/sync.ts';

/** The steps of the demo, in order, for one control plane. */
export function tour(): readonly Step[] {
  const others = new Others();
  return [...prepare(others), beforePolicy, ...sync, ...drift, ...limits, ...conflict, ...farewell(others)];
}
