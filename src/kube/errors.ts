/** What went wrong, named by what a caller can do about it. */
export type ApiErrorKind =
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'forbidden'
  | 'namespace-terminating'
  | 'unauthorized'
  | 'invalid'
  | 'bad-request'
  | 'too-large'
  /** The resourceVersion or continue token is too old. */
  | 'gone'
  | 'too-many-requests'
  /** The server, or our own deadline, ended the wait. A write may have happened. */
  | 'timeout'
  | 'server-error'
  /** No answer: refused, reset, DNS, TLS. A write may have happened. */
  | 'unreachable'
  /** Not sent, or cut short: this process may not write any more. */
  | 'fenced'
  /** The caller's signal ended it. */
  | 'aborted';

/** The part of a `Status` object that is read; everything may be missing when a proxy answers. */
export interface StatusBody {
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string }[];
  };
}

export interface Classified {
  readonly kind: ApiErrorKind;
  readonly code: number;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  readonly serverMessage?: string;
}

/**
 * Names an answer of the API server. Only code, `reason` and `details.causes[].reason` decide, never text.
 * @param code HTTP status, or the `code` of a Status that came as a watch event
 * @param body the parsed answer, whatever it is
 */
export function classify(code: number, body: unknown): Classified {
  const status = asStatus(body);
  const retryAfter = status.details?.retryAfterSeconds;
  return {
    kind: kindOf(code, status),
    code,
    ...(status.reason !== undefined && { reason: status.reason }),
    ...(retryAfter !== undefined && { retryAfterMs: retryAfter * 1000 }),
    ...(status.message !== undefined && { serverMessage: status.message }),
  };
}

const BY_CODE: Readonly<Partial<Record<number, ApiErrorKind>>> = {
  401: 'unauthorized',
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  413: 'too-large',
  422: 'invalid',
  429: 'too-many-requests',
  504: 'timeout',
};

/** Reasons that say more than their code: `Expired` comes as 410, and in watch events with other codes. */
const BY_REASON: Readonly<Partial<Record<string, ApiErrorKind>>> = {
  AlreadyExists: 'already-exists',
  Expired: 'gone',
  Gone: 'gone',
  RequestEntityTooLarge: 'too-large',
  ServerTimeout: 'timeout',
  Timeout: 'timeout',
};

function kindOf(code: number, { reason, details }: StatusBody): ApiErrorKind {
  const causes = details?.causes ?? [];
  if (causes.some((cause) => cause.reason === 'NamespaceTerminating')) return 'namespace-terminating';
  if (causes.some((cause) => cause.reason === 'ResourceVersionTooLarge')) return 'timeout';
  const named = (reason === undefined ? undefined : BY_REASON[reason]) ?? BY_CODE[code];
  if (named !== undefined) return named;
  if (code === 403) return 'forbidden';
  return code >= 400 && code < 500 ? 'bad-request' : 'server-error';
}

function asStatus(body: unknown): StatusBody {
  if (!isRecord(body)) return {};
  const details = isRecord(body.details) ? body.details : {};
  const causes = Array.isArray(details.causes) ? details.causes.filter(isRecord) : [];
  return {
    ...(typeof body.reason === 'string' && body.reason !== '' && { reason: body.reason }),
    ...(typeof body.message === 'string' && body.message !== '' && { message: body.message }),
    details: {
      ...(typeof details.retryAfterSeconds === 'number' &&
        details.retryAfterSeconds > 0 && { retryAfterSeconds: details.retryAfterSeconds }),
      causes: causes.map(({ reason }) => (typeof reason === 'string' ? { reason } : {})),
    },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

export interface ApiErrorOptions {
  readonly kind: ApiErrorKind;
  readonly method: string;
  /** URL path without the query. */
  readonly path: string;
  readonly code?: number;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** The server's own words, redacted. */
  readonly serverMessage?: string;
  /** One word from the transport (`ECONNREFUSED`), where there was no answer. */
  readonly transport?: string;
}

/** A request that did not succeed. Carries no request or response body, so it may be logged. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;
  readonly method: string;
  readonly path: string;
  readonly code?: number;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  readonly serverMessage?: string;
  readonly transport?: string;

  constructor(options: ApiErrorOptions) {
    super(describe(options));
    this.kind = options.kind;
    this.method = options.method;
    this.path = options.path;
    if (options.code !== undefined) this.code = options.code;
    if (options.reason !== undefined) this.reason = options.reason;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.serverMessage !== undefined) this.serverMessage = options.serverMessage;
    if (options.transport !== undefined) this.transport = options.transport;
  }
}

function describe({ kind, method, path, code, serverMessage, transport }: ApiErrorOptions): string {
  const what = [kind, code, transport].filter((part) => part !== undefined).join(' ');
  return `${method} ${path}: ${what}${serverMessage === undefined ? '' : `: ${serverMessage}`}`;
}

/** Whether this is an ApiError, of one of these kinds if any are given. */
export function isApiError(error: unknown, ...kinds: readonly ApiErrorKind[]): error is ApiError {
  return error instanceof ApiError && (kinds.length === 0 || kinds.includes(error.kind));
}
