import { classifyEvent, classifyStatus, type PullFailure } from '../../src/pulls/message/classify.ts';
import type { Case, Expected } from './corpus.ts';
import { readCorpus } from './messages.ts';

export interface Judged {
  readonly name: string;
  readonly expected: Expected | null;
  readonly found: Expected | null;
}

export interface Measurement {
  readonly messages: number;
  readonly limits: number;
  /** Limits that were found, of all limits: 0 to 1. */
  readonly recall: number;
  /** Limits that were found, of all that were taken for limits: 0 to 1. */
  readonly precision: number;
  /** Messages whose outcome, kind, registry and endpoint are all right, of all messages: 0 to 1. */
  readonly exact: number;
  /** Mean of the measured rounds, after one to warm up. */
  readonly microsecondsPerMessage: number;
}

/** Gives a case of the corpus to the classifier, as a watch would. */
export function classifyCase(one: Case): PullFailure | undefined {
  if ('event' in one) return classifyEvent(one.event);
  const { image, state } = one.status;
  return classifyStatus({ image, ...waitingOf(state) });
}

function waitingOf(state: unknown): { reason?: unknown; message?: unknown } {
  const waiting = typeof state === 'object' && state !== null && 'waiting' in state ? state.waiting : undefined;
  return typeof waiting === 'object' && waiting !== null ? waiting : {};
}

/** What the classifier makes of each message of the corpus. */
export const judgeCorpus = (): readonly Judged[] =>
  readCorpus().map((one) => ({ name: one.name, expected: one.expected, found: toExpected(classifyCase(one)) }));

const toExpected = (failure: PullFailure | undefined): Expected | null =>
  failure === undefined
    ? null
    : { outcome: failure.outcome, kind: failure.kind, registry: failure.registry, endpoint: failure.endpoint ?? null };

const isLimit = (one: Expected | null): boolean => one?.outcome === 'rate-limited';

/** Measures the classifier over the corpus. @param rounds how often the corpus is gone through for the cost of a message */
export function measureCorpus(rounds = 20): Measurement {
  const judged = judgeCorpus();
  const limits = judged.filter(({ expected }) => isLimit(expected));
  const taken = judged.filter(({ found }) => isLimit(found));
  const hits = limits.filter(({ found }) => isLimit(found)).length;
  const exact = judged.filter(({ expected, found }) => JSON.stringify(expected) === JSON.stringify(found)).length;
  return {
    messages: judged.length,
    limits: limits.length,
    recall: hits / limits.length,
    precision: hits / taken.length,
    exact: exact / judged.length,
    microsecondsPerMessage: timePerMessage(rounds),
  };
}

function timePerMessage(rounds: number): number {
  const corpus = readCorpus();
  const round = (): void => {
    for (const one of corpus) classifyCase(one);
  };
  round();
  const start = performance.now();
  for (let done = 0; done < rounds; done += 1) round();
  return ((performance.now() - start) * 1_000) / (rounds * corpus.length);
}

/** The measurement in one line. */
export function describeMeasurement(measured: Measurement): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const { messages, limits, recall, precision, exact, microsecondsPerMessage } = measured;
  return (
    `${messages} messages, ${limits} of them limits: recall ${percent(recall)}, precision ${percent(precision)}, ` +
    `exact ${percent(exact)}, ${microsecondsPerMessage.toFixed(1)} µs per message`
  );
}
