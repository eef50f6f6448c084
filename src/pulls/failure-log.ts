import type { LimitKind } from './message/classify.ts';

/** Occurrences of one kind in one namespace, close together in time. */
export interface FailureRecord {
  readonly outcome: 'rate-limited' | 'credentials-refused';
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly namespace: string;
  readonly registry: string;
  readonly kind: LimitKind;
  /** The registry did not say the kind; it was concluded from the pod. */
  readonly inferred: boolean;
  /** Names of the copies that the pod refers to: says which policies' credential was used. */
  readonly pullSecrets: readonly string[];
  readonly count: number;
}

/** Records of the same things within one such span become one, with the time of the last. Windows are 10 s at least. */
const SPAN_MS = 5_000;
/** Beyond this the oldest go: a day of storms must not fill the memory. About 200 bytes each. */
const MAX_RECORDS = 50_000;

/** Remembers failures for as long as any policy's window reaches back. */
export class FailureLog {
  readonly #records = new Map<string, FailureRecord>();

  add(record: FailureRecord): void {
    const key = keyOf(record);
    const before = this.#records.get(key);
    if (before === undefined) this.#records.set(key, record);
    else this.#records.set(key, { ...before, at: Math.max(before.at, record.at), count: before.count + record.count });
    for (const oldest of this.#records.keys()) {
      if (this.#records.size <= MAX_RECORDS) return;
      this.#records.delete(oldest);
    }
  }

  /** Records of the last `windowMs` milliseconds. */
  within(windowMs: number, now: number): readonly FailureRecord[] {
    return [...this.#records.values()].filter(({ at }) => at > now - windowMs);
  }

  /** Forgets what no window reaches. */
  forgetBefore(time: number): void {
    for (const [key, { at }] of this.#records) if (at < time) this.#records.delete(key);
  }
}

const keyOf = ({ outcome, at, namespace, registry, kind, inferred, pullSecrets }: FailureRecord): string =>
  [outcome, Math.floor(at / SPAN_MS), namespace, registry, kind, inferred, ...pullSecrets].join(' ');
