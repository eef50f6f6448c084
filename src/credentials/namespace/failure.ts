import type { ApiError } from '../../kube/errors.ts';
import { SECRET_NAMES_ROLE } from '../../names.ts';
import type { Failure, WriteResult } from './outcome.ts';

/** A write as a person would name it. */
export interface Attempt {
  readonly verb: 'create' | 'patch' | 'delete' | 'get';
  readonly resource: 'secrets' | 'serviceaccounts';
  readonly namespace: string;
  readonly name: string;
}

/** How often a lost race for one ServiceAccount is run again at once. */
export const MAX_RACES = 5;

/**
 * What a refused write means. Pure.
 * @param allowedByRbac answer of a SelfSubjectAccessReview, asked only after a 403: the status alone does not say whether RBAC
 *   or an admission plug-in such as quota refused
 * @throws the error itself where it says nothing about the object: `fenced`, `aborted`
 */
export function failureOf(error: ApiError, attempt: Attempt, allowedByRbac: boolean): WriteResult {
  if (error.kind === 'fenced' || error.kind === 'aborted') throw error;
  return overtaken(error, attempt) ?? refused(error, attempt, allowedByRbac);
}

/** The world has moved on since it was looked at: no fault of anybody. */
function overtaken({ kind }: ApiError, { verb }: Attempt): WriteResult | undefined {
  if (kind === 'conflict' || kind === 'already-exists') return { kind: 'stale' };
  if (kind === 'namespace-terminating') return { kind: 'gone' };
  if (kind !== 'not-found') return undefined;
  return verb === 'create' || verb === 'delete' ? { kind: 'gone' } : { kind: 'stale' };
}

function refused(error: ApiError, attempt: Attempt, allowedByRbac: boolean): Failure {
  switch (error.kind) {
    case 'forbidden':
      return allowedByRbac ? rejected(error, attempt) : forbidden(attempt);
    case 'invalid':
    case 'bad-request':
      return rejected(error, attempt);
    case 'too-large':
      return failed('TooLarge', `${describe(attempt)}: the API server says it is too large`, 'on-change');
    default:
      return failed('ServerError', `${describe(attempt)}: ${said(error)}`, waitFor(error));
  }
}

const waitFor = ({ retryAfterMs }: ApiError): Failure['retry'] =>
  retryAfterMs === undefined ? 'back-off' : { afterMs: retryAfterMs };

const failed = (reason: Failure['reason'], message: string, retry: Failure['retry']): Failure => ({
  kind: 'failed',
  reason,
  message,
  retry,
});

const describe = ({ verb, resource, name }: Attempt): string => `${verb} ${resource}/${name}`;

const said = (error: ApiError): string =>
  error.serverMessage ?? (error.code === undefined ? error.kind : `${error.kind} (${error.code.toString()})`);

const rejected = (error: ApiError, attempt: Attempt): Failure =>
  failed('Rejected', `${describe(attempt)}: ${said(error)}`, 'back-off');

function forbidden(attempt: Attempt): Failure {
  const { verb, resource, name } = attempt;
  const remedy =
    resource === 'secrets' && verb !== 'create'
      ? `allow it with: ${addSecretNameCommand(name)}`
      : `the ClusterRole of the operator lacks ${verb} ${resource}; apply config/default again`;
  return failed('Forbidden', `the operator may not ${verb} ${resource}/${name}; ${remedy}`, 'back-off');
}

/** The one line that lets the operator work under a further Secret name. */
export function addSecretNameCommand(name: string): string {
  return `kubectl patch clusterrole ${SECRET_NAMES_ROLE} --type=json -p '[{"op":"add","path":"/rules/0/resourceNames/-","value":"${name}"}]'`;
}

/** A Secret that was deleted, but is still there. */
export const held = (name: string): Failure =>
  failed('Terminating', `Secret ${name} is being deleted and somebody's finalizer holds it`, 'on-change');

export const contended = (what: string, holdMs: number): Failure =>
  failed('Contended', `${what}; somebody else keeps undoing it, so it is left alone for a while`, { afterMs: holdMs });

export const oversized = (name: string): Failure =>
  failed('TooLarge', `ServiceAccount ${name} has more imagePullSecrets, labels or records than are kept`, 'on-change');

export const lostRace = (what: string): Failure =>
  failed('Contended', `${what}: others wrote first ${MAX_RACES.toString()} times in a row`, 'back-off');
