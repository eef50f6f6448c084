import { type ApiErrorKind, isApiError } from './errors.ts';
import { UNREADABLE } from './failure.ts';
import type { Trouble } from './reflector-health.ts';

/** Where a run of list and watch was when it failed. */
export type Phase = 'list' | 'opening' | 'watching';

/** What to do after a failure. */
export interface Recovery {
  /**
   * - `watch`: go on from the last version seen
   * - `list`: list at least as new as that version
   * - `list-latest`: the version itself is the trouble; ask for the newest state, whatever it is
   */
  readonly next: 'watch' | 'list' | 'list-latest';
  /** `prompt` where the server is well and only the version was too old: an outage before it must not delay the list. */
  readonly pace: 'prompt' | 'normal' | 'slow';
  /** The server asked for a pause of at least so long. */
  readonly atLeastMs: number;
  readonly trouble: Trouble;
}

/** Failures that say nothing about the version: a watch can go on from it. */
const PASSING: readonly ApiErrorKind[] = [
  'unreachable',
  'timeout',
  'too-many-requests',
  'server-error',
  'forbidden',
  'unauthorized',
];

/**
 * Decides how a reflector goes on after a failure, by the rules of client-go's reflector: expired versions lead to a list,
 * outages to another watch from the same version.
 */
export function recover(error: unknown, phase: Phase): Recovery {
  return {
    next: phase === 'list' ? nextAfterList(error) : nextAfterWatch(error, phase),
    pace: paceAfter(error),
    atLeastMs: isApiError(error) ? (error.retryAfterMs ?? 0) : 0,
    trouble: {
      // A 401 is about the token, and no rule of RBAC would mend it.
      state: isApiError(error, 'forbidden') ? 'forbidden' : 'retrying',
      error: isApiError(error) ? error.message : nameOf(error),
      notFound: isApiError(error, 'not-found'),
    },
  };
}

function paceAfter(error: unknown): Recovery['pace'] {
  if (isApiError(error, 'forbidden', 'unauthorized')) return 'slow';
  return isApiError(error, 'gone') ? 'prompt' : 'normal';
}

/** 'timeout' is also what a server says that has not reached the version yet, and after a restore from a backup never will. */
function nextAfterList(error: unknown): Recovery['next'] {
  return isApiError(error, 'gone', 'timeout') ? 'list-latest' : 'list';
}

function nextAfterWatch(error: unknown, phase: Phase): Recovery['next'] {
  if (!isApiError(error, ...PASSING)) return 'list';
  const poisoned = error.kind === 'server-error' && (phase === 'watching' || error.transport === UNREADABLE);
  return poisoned ? 'list' : 'watch';
}

/** Messages of unknown errors may hold anything. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');
