import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeList, KubeObject } from '../api/objects.ts';
import { FIELD_MANAGER } from '../names.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { Connection, type Link } from './connection.ts';
import { ApiError, isApiError } from './errors.ts';
import { type Answer, CutShort, exchange } from './exchange.ts';
import { errorFrom, errorOf, parseOr, UNREADABLE } from './failure.ts';
import { queryString, type QueryValue } from './query.ts';
import { type Resource, resourcePath, type ResourceRef } from './resources.ts';
import { openWatch, type WatchEvent, type WatchOptions, type WatchQuery } from './watch.ts';

export type { WatchEvent, WatchOptions, WatchQuery } from './watch.ts';

/** Says for how long this process may still write. */
export interface WriteGate {
  /** Milliseconds that a write may take now; 0 or less: none may be sent. */
  remainingMs(): number;
  /** Aborts when the gate closes early; writes that are under way then are cut short. */
  readonly closing?: AbortSignal | undefined;
}

export interface ClientObserver {
  /** A request ended; `code` is the HTTP status, or `<error>` when there was no answer. */
  request(request: { readonly method: string; readonly code: string; readonly host: string }): void;
}

export interface ApiClientOptions {
  readonly kubeConfig: KubeConfig;
  readonly userAgent: string;
  /** Requests under way at once; the rest waits. Watches do not count. */
  readonly connections?: number;
  /** Deadline of a request, time in the queue included. */
  readonly requestTimeoutMs?: number;
  readonly clock: Clock;
  readonly observer?: ClientObserver;
  /** Goes over the server's words before they get into an error. */
  readonly redact?: (text: string) => string;
  readonly gate?: WriteGate;
}

export interface RequestOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Of the answer; a longer one ends as `unreachable`, with the transport's code `ANSWER_TOO_LARGE`. */
  readonly maxBytes?: number | undefined;
}

export interface NamedRef {
  readonly namespace?: string;
  readonly name: string;
  readonly subresource?: string;
}

export interface ListQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export type PatchType = 'merge' | 'json' | 'apply';

const PATCH_CONTENT: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};
const JSON_CONTENT = 'application/json';

const DEFAULT_CONNECTIONS = 32;
const DEFAULT_TIMEOUT_MS = 30_000;

/** A read is repeated by the client itself this often, if the server asks for no longer pause than this. */
const READ_RETRIES = 2;
const SHORT_RETRY_MS = 2_000;
/** What a kept connection says that the server closed just as it was used again. */
const STALE_CONNECTION: readonly (string | undefined)[] = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

/**
 * Requests to one API server over pooled connections. Every method throws ApiError, and nothing else, when a request
 * does not succeed; a write that ends as `timeout`, `unreachable`, `fenced` or `aborted` may have happened.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #connection: Connection;

  /** @param connection shared with another client; by default a new one */
  constructor(options: ApiClientOptions, connection?: Connection) {
    this.#options = options;
    const { kubeConfig, clock, connections = DEFAULT_CONNECTIONS } = options;
    this.#connection = connection ?? new Connection({ kubeConfig, clock, connections });
  }

  /** The same client, sharing its connections, whose writes `gate` can stop. Reads always pass. */
  withGate(gate: WriteGate): ApiClient {
    return new ApiClient({ ...this.#options, gate }, this.#connection);
  }

  async get<T extends KubeObject>(resource: Resource<T>, ref: NamedRef, options?: RequestOptions): Promise<T> {
    return (await this.#read({ method: 'GET', path: resourcePath(resource, ref) }, options)) as T;
  }

  /** One page of a list; the next one is asked for with `continue`. */
  async list<T extends KubeObject>(
    resource: Resource<T>,
    { namespace, ...query }: ListQuery,
    options?: RequestOptions,
  ): Promise<KubeList<T>> {
    const path = resourcePath(resource, namespace === undefined ? {} : { namespace });
    return (await this.#read({ method: 'GET', path, query: { ...query } }, options)) as KubeList<T>;
  }

  async create<T extends KubeObject>(
    resource: Resource<T>,
    ref: Omit<ResourceRef, 'name'> & { readonly name?: string },
    body: object,
    options?: RequestOptions,
  ): Promise<T> {
    return (await this.#write('POST', resourcePath(resource, ref), body, JSON_CONTENT, options)) as T;
  }

  /** Replaces the object; `metadata.resourceVersion` in the body makes it fail as `conflict` if somebody was quicker. */
  async update<T extends KubeObject>(
    resource: Resource<T>,
    ref: NamedRef,
    body: object,
    options?: RequestOptions,
  ): Promise<T> {
    return (await this.#write('PUT', resourcePath(resource, ref), body, JSON_CONTENT, options)) as T;
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: NamedRef,
    body: object,
    type: PatchType,
    options?: RequestOptions,
  ): Promise<T> {
    return (await this.#write('PATCH', resourcePath(resource, ref), body, PATCH_CONTENT[type], options)) as T;
  }

  /**
   * Deletes an object.
   * @returns the object where the server answers with it, which may still be there, held by a finalizer; else undefined
   * @throws ApiError `conflict` when a precondition does not hold
   */
  async delete<T extends KubeObject>(
    resource: Resource<T>,
    ref: NamedRef,
    preconditions?: Preconditions,
    options?: RequestOptions,
  ): Promise<T | undefined> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...(preconditions !== undefined && { preconditions }) };
    const path = resourcePath(resource, ref);
    const answer = await this.#once({ method: 'DELETE', path, body, contentType: JSON_CONTENT }, options);
    const object = answer as KubeObject;
    return object.kind === 'Status' ? undefined : (answer as T);
  }

  /**
   * Events from `resourceVersion` on. The sequence ends when the server ends the watch, or sends nothing, not even a bookmark, for 75 s.
   * @throws ApiError, ERROR events of the server included; `timeout` when the server outlived `timeoutSeconds`
   */
  watch<T extends KubeObject>(
    resource: Resource<T>,
    query: WatchQuery,
    signal: AbortSignal,
    options: WatchOptions = {},
  ): AsyncIterable<WatchEvent<T>> {
    const { clock, redact, userAgent, requestTimeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    return openWatch<T>(resource, query, signal, {
      link: () => this.#link(),
      observe: (code) => {
        this.#observe('WATCH', code);
      },
      clock,
      userAgent,
      openWithinMs: requestTimeoutMs,
      redact: redact ?? asItIs,
      ...options,
    });
  }

  /** Ends every connection, those of clients made by `withGate` included. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  #write(
    method: Request['method'],
    path: string,
    body: object,
    contentType: string,
    options?: RequestOptions,
  ): Promise<unknown> {
    return this.#once({ method, path, query: { fieldManager: FIELD_MANAGER }, body, contentType }, options);
  }

  async #read(request: Request, options: RequestOptions = {}): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(request, options);
      } catch (error) {
        const pauseMs = attempt < READ_RETRIES ? shortPause(error) : undefined;
        if (pauseMs === undefined) throw error;
        await sleep(this.#options.clock, pauseMs, options.signal);
      }
    }
  }

  async #once(request: Request, options: RequestOptions = {}): Promise<unknown> {
    const answer = await this.#exchange(request, options);
    this.#observe(request.method, String(answer.code));
    if (answer.code >= 200 && answer.code < 300) return parseAnswer(request, answer);
    if (answer.code === 401) this.#connection.refused();
    throw errorOf(nameOf(request), answer, this.#options.redact ?? asItIs);
  }

  async #exchange(request: Request, { timeoutMs, signal, maxBytes }: RequestOptions): Promise<Answer> {
    const { clock, requestTimeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const gate = request.method === 'GET' ? undefined : this.#options.gate;
    try {
      const link = await this.#link();
      const ownMs = timeoutMs ?? requestTimeoutMs;
      const gateMs = gate?.remainingMs() ?? Infinity;
      if (gateMs <= 0) throw new CutShort('not-allowed');
      return await exchange(link.requests, this.#wire(request, link), {
        clock,
        deadlineMs: Math.min(ownMs, gateMs),
        signal,
        maxBytes,
        closing: gate?.closing,
        maySend: gate === undefined ? undefined : () => gate.remainingMs() > 0,
      });
    } catch (error) {
      this.#observe(request.method, '<error>');
      // A write is cut off where the gate would have closed by what was known when it was sent. If it is open still, only the wait was in vain.
      throw errorFrom(nameOf(request), error, gate !== undefined && gate.remainingMs() <= 0);
    }
  }

  async #link(): Promise<Link> {
    return this.#connection.current();
  }

  #wire({ method, path, query, body, contentType }: Request, link: Link) {
    const headers = [...link.headers, 'accept', JSON_CONTENT, 'user-agent', this.#options.userAgent];
    if (contentType !== undefined) headers.push('content-type', contentType);
    const target = link.basePath + path + (query === undefined ? '' : queryString(query));
    return {
      origin: link.origin,
      method,
      path: target,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
  }

  #observe(method: string, code: string): void {
    this.#options.observer?.request({ method, code, host: this.#connection.host });
  }
}

const asItIs = (text: string): string => text;

const nameOf = ({ method, path }: Request): { method: string; path: string } => ({ method, path });

/** How long to wait before a read is sent again, or undefined when that is for the caller to decide. */
function shortPause(error: unknown): number | undefined {
  if (isApiError(error, 'unreachable')) return STALE_CONNECTION.includes(error.transport) ? 0 : undefined;
  if (!isApiError(error, 'too-many-requests', 'server-error')) return undefined;
  const { retryAfterMs } = error;
  return retryAfterMs !== undefined && retryAfterMs <= SHORT_RETRY_MS ? retryAfterMs : undefined;
}

function parseAnswer(request: Request, { code, text }: Answer): unknown {
  const parsed = parseOr(text, undefined);
  if (typeof parsed === 'object' && parsed !== null) return parsed;
  throw new ApiError({ ...nameOf(request), kind: 'server-error', code, transport: UNREADABLE });
}
