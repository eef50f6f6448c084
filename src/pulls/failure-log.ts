import type { PolicyName } from '../api/keys.ts';
import type { LimitKind } from './message/classify.ts';

/** Occurrences of one kind in one namespace. */
interface Occurred {
  /** When it last happened, in wall-clock milliseconds. */
  readonly at: number;
  readonly namespace: string;
  readonly registry: string;
  /** 0: nobody told of one, and a container waited because of an earlier one until then. */
  readonly count: number;
}

/** Limited pulls. */
export interface LimitRecord extends Occurred {
  readonly outcome: 'rate-limited';
  readonly kind: LimitKind;
  /** The registry did not say the kind; it was concluded from the pod. */
  readonly inferred: boolean;
}

/** Refused pulls. */
export interface RefusalRecord extends Occurred {
  readonly outcome: 'credentials-refused';
  /** The policies whose credentials were sent, sorted. */
  readonly sent: readonly PolicyName[];
  /** The registry says the same of images that do not exist. */
  readonly mayNotExist: boolean;
}

export type FailureRecord = LimitRecord | RefusalRecord;

interface Span {
  at: number;
  count: number;
}

/** What is alike in all that a report asks for, but for the time. */
interface Alike {
  readonly record: FailureRecord;
  /** In the order of time; none is empty. */
  spans: Span[];
}

/** What falls into the same such span of time becomes one, with the time of the last. Windows are 10 s at least. */
const SPAN_MS = 5_000;
/** Spans of all kinds: a day of storms must not fill the memory. About 40 bytes each, and 300 for each kind. */
const MAX_SPANS = 50_000;
/** So many stay when there are too many: to look for the oldest costs as much as there are. */
const LEFT_SPANS = 45_000;

/** Remembers failures for as long as any policy's window reaches back. */
export class FailureLog {
  readonly #byKind = new Map<string, Alike>();
  #spans = 0;

  add(record: FailureRecord): void {
    const key = keyOf(record);
    const alike = this.#byKind.get(key) ?? { record, spans: [] };
    this.#byKind.set(key, alike);
    if (insert(alike.spans, record)) this.#spans++;
    if (this.#spans > MAX_SPANS) this.#forgetOldest();
  }

  /** What happened in the last `windowMs` milliseconds: one record for all that is alike, with the time of the last. */
  within(windowMs: number, now: number): readonly FailureRecord[] {
    return [...this.#byKind.values()].flatMap((alike) => summed(alike, now - windowMs) ?? []);
  }

  /** Forgets what no window reaches. */
  forgetBefore(time: number): void {
    for (const [key, alike] of this.#byKind) {
      const left = alike.spans.filter(({ at }) => at >= time);
      this.#spans -= alike.spans.length - left.length;
      alike.spans = left;
      if (left.length === 0) this.#byKind.delete(key);
    }
  }

  /** Spans that are remembered. */
  get size(): number {
    return this.#spans;
  }

  /** With all that happened at the very time that is the limit, so that it is done when it is done. */
  #forgetOldest(): void {
    const times = Float64Array.from(
      [...this.#byKind.values()].flatMap(({ spans }) => spans.map(({ at }) => at)),
    ).sort();
    this.forgetBefore((times[times.length - LEFT_SPANS] ?? 0) + 1);
  }
}

const spanOf = (at: number): number => Math.floor(at / SPAN_MS);

/** Almost always at the end: only what is told of the past comes late. @returns whether there was no such span yet */
function insert(spans: Span[], { at, count }: Span): boolean {
  let index = spans.length - 1;
  while (index >= 0 && spanOf(spans[index]?.at ?? 0) > spanOf(at)) index--;
  const span = spans[index];
  if (span === undefined || spanOf(span.at) < spanOf(at)) {
    spans.splice(index + 1, 0, { at, count });
    return true;
  }
  span.at = Math.max(span.at, at);
  span.count += count;
  return false;
}

function summed({ record, spans }: Alike, since: number): FailureRecord | undefined {
  const at = spans.at(-1)?.at ?? since;
  if (at <= since) return undefined;
  let count = 0;
  for (let index = spans.length - 1; index >= 0; index--) {
    const span = spans[index];
    if (span === undefined || span.at <= since) break;
    count += span.count;
  }
  return { ...record, at, count };
}

function keyOf(record: FailureRecord): string {
  const { outcome, namespace, registry } = record;
  const more =
    record.outcome === 'rate-limited' ? [record.kind, record.inferred] : [record.mayNotExist, ...record.sent];
  return [outcome, namespace, registry, ...more].join(' ');
}
