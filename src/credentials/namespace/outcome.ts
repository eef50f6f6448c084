/** Why a namespace could not be brought in order (design.md, Status). */
export type FailureReason =
  'Conflict' | 'Forbidden' | 'Rejected' | 'Contended' | 'Terminating' | 'TooLarge' | 'ServerError';

export interface Failure {
  readonly kind: 'failed';
  readonly reason: FailureReason;
  /** One sentence for the status; redacted. */
  readonly message: string;
  /** What wakes the next attempt: a change that the watch brings, a back-off, or a fixed wait. */
  readonly retry: 'on-change' | 'back-off' | { readonly afterMs: number };
}

/** How a write ended. */
export type WriteResult =
  /** `gone`: the object, or its namespace, went away meanwhile; there is nothing to do. */
  | { readonly kind: 'written' | 'unchanged' | 'gone' }
  /** Somebody else wrote first, and the caches do not know yet. */
  | { readonly kind: 'stale' }
  | Failure;

export const isFailure = (result: WriteResult): result is Failure => result.kind === 'failed';

/** Whether the object is now as it was meant to be. */
export const isInPlace = (result: WriteResult): boolean => result.kind === 'written' || result.kind === 'unchanged';
