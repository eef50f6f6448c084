import { FAULTS } from './faults.ts';
import { REFUSALS } from './refusals.ts';
import type { Template } from './template.ts';

export const OTHERS: readonly Template[] = [...REFUSALS, ...FAULTS];
