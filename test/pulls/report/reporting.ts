import type { PodEntry } from '../../../src/pulls/pods/pod.ts';
import { reportFor, type ReportInput } from '../../../src/pulls/report/report.ts';
import type { SaidBefore } from '../../../src/pulls/report/said-before.ts';
import { WaitingPods } from '../../../src/pulls/pods/waiting.ts';
import { coverage, policy } from '../fixtures.ts';

/** What tests of a policy's report share. */

export const NOW = Date.parse('2026-01-01T12:00:00Z');
export const MINUTE = 60_000;
export const WINDOW = 15 * MINUTE;
export const NOTHING: SaidBefore = { rateLimit: undefined, isLimited: false, isRefused: false, isNew: false };
export const NO_NAMES: { count: number; names: string[] } = { count: 0, names: [] };
export const seconds = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

export function blocked(...pods: readonly PodEntry[]) {
  const waiting = new WaitingPods();
  for (const each of pods) waiting.update(each, NOW);
  return [...waiting.alike()];
}

export const report = (changes: Partial<ReportInput> = {}) =>
  reportFor({
    policy: policy(),
    coverage: coverage(),
    records: [],
    blocked: [],
    before: NOTHING,
    lookedAt: 0,
    now: NOW,
    ...changes,
  });

export const finding = (type: string, changes: Partial<ReportInput> = {}) =>
  report(changes).findings.find((each) => each.type === type);
