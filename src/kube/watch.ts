import type { Dispatcher } from 'undici';
import type { KubeObject } from '../api/objects.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Link } from './connection.ts';
import { ApiError, classify } from './errors.ts';
import { CutShort } from './exchange.ts';
import { errorFrom, errorOf, type RequestName, UNREADABLE } from './failure.ts';
import { queryString } from './query.ts';
import { type Resource, resourcePath } from './resources.ts';
import { LineSplitter, parseWatchLine } from './watch-stream.ts';

/** In a BOOKMARK the object has a resourceVersion and nothing else. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

export interface WatchQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Events after this version. */
  readonly resourceVersion: string;
  /** The server ends the watch after so many seconds. */
  readonly timeoutSeconds: number;
}

export interface WatchOptions {
  /** The server accepted the watch. */
  readonly onOpen?: () => void;
}

export interface WatchContext extends WatchOptions {
  readonly link: () => Promise<Link>;
  readonly observe: (code: string) => void;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly openWithinMs: number;
  readonly redact: (text: string) => string;
}

/** The server ends a watch by itself; one that lives this much longer has lost its connection unnoticed. */
const GRACE_MS = 15_000;
/**
 * The API server sends a bookmark once a minute. A watch that brings nothing for longer may be half open, in a way that TCP keep-alive does not see
 * (a proxy or load balancer answers the probes and has forgotten the rest); opening another from the same version costs one request.
 */
const SILENT_MS = 75_000;

/** See ApiClient.watch. */
export async function* openWatch<T extends KubeObject>(
  resource: Resource<T>,
  query: WatchQuery,
  signal: AbortSignal,
  context: WatchContext,
): AsyncGenerator<WatchEvent<T>> {
  const request = requestOf(resource, query);
  const cut = new Cut(signal, context.clock);
  try {
    cut.after(context.openWithinMs);
    const body = await open(request, context, cut.signal);
    cut.after(query.timeoutSeconds * 1000 + GRACE_MS);
    cut.whenSilentFor(SILENT_MS);
    context.onOpen?.();
    yield* events<T>(request, cut.hearing(body), context.redact);
  } catch (error) {
    if (cut.reason === 'silent') return;
    throw errorFrom(request, cut.reason ?? error, false);
  } finally {
    cut.end();
  }
}

interface WatchRequest extends RequestName {
  readonly target: string;
}

function requestOf(resource: Resource<KubeObject>, { namespace, ...query }: WatchQuery): WatchRequest {
  const path = resourcePath(resource, namespace === undefined ? {} : { namespace });
  return { method: 'WATCH', path, target: path + queryString({ watch: true, allowWatchBookmarks: true, ...query }) };
}

async function open(request: WatchRequest, context: WatchContext, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
  let answer: Dispatcher.ResponseData;
  try {
    const { watches, origin, headers, basePath } = await context.link();
    answer = await watches.request({
      origin,
      method: 'GET',
      path: basePath + request.target,
      headers: [...headers, 'accept', 'application/json', 'user-agent', context.userAgent],
      signal,
    });
  } catch (error) {
    context.observe('<error>');
    throw error;
  }
  const { statusCode: code, headers, body } = answer;
  context.observe(String(code));
  if (code === 200) return body;
  throw errorOf(request, { code, headers, text: await body.text() }, context.redact);
}

async function* events<T>(
  request: RequestName,
  body: AsyncIterable<Buffer>,
  redact: (text: string) => string,
): AsyncGenerator<WatchEvent<T>> {
  const lines = new LineSplitter();
  for await (const chunk of body) {
    for (const line of lines.push(chunk)) yield eventOf<T>(request, line, redact);
  }
  if (lines.incomplete) throw new ApiError({ ...request, kind: 'unreachable', transport: 'CUT_OFF' });
}

/** @throws ApiError for an ERROR event, as if the server had answered so; `server-error` for a line that is no event */
function eventOf<T>(request: RequestName, line: string, redact: (text: string) => string): WatchEvent<T> {
  const event = parseWatchLine(line);
  if (event === undefined) throw new ApiError({ ...request, kind: 'server-error', transport: UNREADABLE });
  const { type, object } = event;
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK') {
    return { type, object: object as T };
  }
  const code = 'code' in object && typeof object.code === 'number' ? object.code : 500;
  const { serverMessage, ...classified } = classify(code, object);
  throw new ApiError({
    ...request,
    ...classified,
    ...(serverMessage !== undefined && { serverMessage: redact(serverMessage) }),
  });
}

/** Ends a watch from this side, and remembers why. */
class Cut {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #clock: Clock;
  #cancelDeadline: () => void = () => undefined;
  #cancelSilence: () => void = () => undefined;
  #heardAt = 0;
  reason: CutShort | 'silent' | undefined;

  constructor(outer: AbortSignal, clock: Clock) {
    this.#outer = outer;
    this.#clock = clock;
    if (outer.aborted) this.#onAbort();
    else outer.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Replaces the deadline. */
  after(ms: number): void {
    this.#cancelDeadline();
    this.#cancelDeadline = this.#clock.setTimer(ms, () => {
      this.#abort(new CutShort('deadline'));
    });
  }

  /** Ends it when nothing is heard for `ms` milliseconds, from now on. */
  whenSilentFor(ms: number): void {
    this.#heardAt = this.#clock.now();
    this.#lookAfter(ms, ms);
  }

  /** Passes a body on and takes note of its signs of life; no timer is moved for each. */
  async *hearing(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of body) {
      this.#heardAt = this.#clock.now();
      yield chunk;
    }
  }

  /** Frees the connection, whatever became of the watch. */
  end(): void {
    this.#cancelDeadline();
    this.#cancelSilence();
    this.#outer.removeEventListener('abort', this.#onAbort);
    this.#controller.abort();
  }

  #lookAfter(pauseMs: number, limitMs: number): void {
    this.#cancelSilence = this.#clock.setTimer(pauseMs, () => {
      const leftMs = this.#heardAt + limitMs - this.#clock.now();
      if (leftMs > 0) this.#lookAfter(leftMs, limitMs);
      else this.#abort('silent');
    });
  }

  readonly #onAbort = (): void => {
    this.#abort(new CutShort('signal'));
  };

  #abort(reason: CutShort | 'silent'): void {
    this.reason ??= reason;
    this.#controller.abort(reason);
  }
}
