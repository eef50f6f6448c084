import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Clock } from '../runtime/clock.ts';

export interface WireRequest {
  readonly origin: string;
  readonly method: Dispatcher.HttpMethod;
  /** With its query. */
  readonly path: string;
  readonly headers: string[];
  readonly body?: string;
}

export interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Limits {
  readonly clock: Clock;
  /** From now to the last byte of the answer, time in the pool's queue included; in milliseconds. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Asked at the last moment before the first byte is sent, which may be long after the request was queued. */
  readonly maySend?: (() => boolean) | undefined;
  /** Ends the exchange as `not-allowed`, even when it was sent. */
  readonly closing?: AbortSignal | undefined;
  /** Bytes of an answer at most. */
  readonly maxBytes?: number | undefined;
}

/** What the heap that this ships with (256 MiB) can hold as text, and parsed. */
const MAX_BYTES = 64 * 2 ** 20;
/** The error's code where an answer was longer than asked for. */
export const ANSWER_TOO_LARGE = 'ANSWER_TOO_LARGE';

/** This side ended the exchange. */
export class CutShort extends Error {
  readonly why: 'deadline' | 'signal' | 'not-allowed';

  constructor(why: CutShort['why']) {
    super(why);
    this.why = why;
  }
}

/** The answer is longer than anybody here can read. */
class AnswerTooLarge extends Error {
  readonly code = ANSWER_TOO_LARGE;
}

type Collected = Omit<Answer, 'text'> & { readonly chunks: readonly Buffer[] };

/**
 * Sends one request and reads its whole answer, whatever its status.
 * @throws CutShort when a limit ended it; an error with code `ANSWER_TOO_LARGE`; the transport's own error when there was no answer
 */
export async function exchange(dispatcher: Dispatcher, request: WireRequest, limits: Limits): Promise<Answer> {
  const { chunks, ...head } = await collect(dispatcher, request, limits);
  return { ...head, text: textOf(chunks) };
}

function textOf(chunks: readonly Buffer[]): string {
  const [first = Buffer.alloc(0)] = chunks;
  return (chunks.length <= 1 ? first : Buffer.concat(chunks)).toString('utf8');
}

function collect(dispatcher: Dispatcher, request: WireRequest, limits: Limits): Promise<Collected> {
  return new Promise((resolve, reject) => {
    const handler = new Collector(limits, resolve, reject);
    if (handler.settled) return;
    // undici would close the connection after a DELETE with a body, and every removal pay for a new TLS handshake.
    dispatcher.dispatch({ ...request, reset: false }, handler);
  });
}

/** Undici's low-level handler: it costs less than a stream per answer, and it hears the moment of sending. */
class Collector implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: Collected) => void;
  readonly #reject: (error: Error) => void;
  readonly #limits: Limits;
  readonly #cancelDeadline: () => void;
  readonly #chunks: Buffer[] = [];
  #bytesLeft: number;
  #controller: Dispatcher.DispatchController | undefined;
  #cut: CutShort | AnswerTooLarge | undefined;
  #code = 0;
  #headers: IncomingHttpHeaders = {};
  settled = false;

  constructor(limits: Limits, resolve: (answer: Collected) => void, reject: (error: Error) => void) {
    this.#limits = limits;
    this.#bytesLeft = limits.maxBytes ?? MAX_BYTES;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#cancelDeadline = limits.clock.setTimer(limits.deadlineMs, () => {
      this.#end(new CutShort('deadline'));
    });
    limits.signal?.addEventListener('abort', this.#onAbort, { once: true });
    limits.closing?.addEventListener('abort', this.#onClosing, { once: true });
    if (limits.signal?.aborted === true) this.#onAbort();
    if (limits.closing?.aborted === true) this.#onClosing();
  }

  readonly #onAbort = (): void => {
    this.#end(new CutShort('signal'));
  };

  readonly #onClosing = (): void => {
    this.#end(new CutShort('not-allowed'));
  };

  /** An error thrown here keeps the request from being sent and the connection open. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#cut !== undefined) throw this.#cut;
    if (this.#limits.maySend?.() === false) throw new CutShort('not-allowed');
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, code: number, headers: IncomingHttpHeaders): void {
    this.#code = code;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytesLeft -= chunk.length;
    if (this.#bytesLeft < 0) this.#end(new AnswerTooLarge());
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settle()) this.#resolve({ code: this.#code, headers: this.#headers, chunks: this.#chunks });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  #end(cut: CutShort | AnswerTooLarge): void {
    if (!this.#settle()) return;
    this.#cut = cut;
    this.#reject(cut);
    this.#controller?.abort(cut);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.#cancelDeadline();
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
    this.#limits.closing?.removeEventListener('abort', this.#onClosing);
    return true;
  }
}
