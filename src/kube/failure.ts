import type { Answer } from './exchange.ts';
import { CutShort } from './exchange.ts';
import { ApiError, classify } from './errors.ts';

/** What an error says about its request. */
export interface RequestName {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/** The answer, or a line of it, was no JSON: a proxy's page, or cut off. */
export const UNREADABLE = 'UNREADABLE_ANSWER';

/** The error for an answer whose status is no success. */
export function errorOf(request: RequestName, answer: Answer, redact: (text: string) => string): ApiError {
  const classified = classify(answer.code, parseOr(answer.text, undefined));
  const retryAfterMs = classified.retryAfterMs ?? headerSeconds(answer.headers['retry-after']);
  return new ApiError({
    ...request,
    ...classified,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(classified.serverMessage !== undefined && { serverMessage: redact(classified.serverMessage) }),
  });
}

/**
 * The error for an exchange that had no answer.
 * @param fenced this process may not write now
 */
export function errorFrom(request: RequestName, error: unknown, fenced: boolean): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof CutShort) return new ApiError({ ...request, kind: cutKind(error, fenced) });
  return new ApiError({ ...request, kind: 'unreachable', transport: transportCode(error) });
}

function cutKind({ why }: CutShort, fenced: boolean): 'aborted' | 'fenced' | 'timeout' {
  if (why === 'signal') return 'aborted';
  return why === 'not-allowed' || fenced ? 'fenced' : 'timeout';
}

/** The error's code alone: messages of TLS and exec plugins may hold anything. */
function transportCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'NO_CONNECTION';
}

/** Only the form in seconds, which is what the API server sends. */
function headerSeconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) * 1000 : undefined;
}

/** Parses JSON, or gives `otherwise`. */
export function parseOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}
