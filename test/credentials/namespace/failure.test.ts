import { expect } from 'chai';
import { type Attempt, failureOf } from '../../../src/credentials/namespace/failure.ts';
import { ApiError, type ApiErrorKind } from '../../../src/kube/errors.ts';
import { table } from '../../table.ts';

const KINDS: readonly ApiErrorKind[] = [
  'not-found',
  'already-exists',
  'conflict',
  'forbidden',
  'namespace-terminating',
  'unauthorized',
  'invalid',
  'bad-request',
  'too-large',
  'gone',
  'too-many-requests',
  'timeout',
  'server-error',
  'unreachable',
  'fenced',
  'aborted',
];
const VERBS: readonly Attempt['verb'][] = ['create', 'patch', 'delete', 'get'];

const error = (kind: ApiErrorKind, parts: { retryAfterMs?: number } = {}) =>
  new ApiError({ kind, method: 'POST', path: '/x', code: 418, serverMessage: "the server's words", ...parts });
const attempt = (verb: Attempt['verb'] = 'create', resource: Attempt['resource'] = 'secrets'): Attempt => ({
  verb,
  resource,
  namespace: 'team',
  name: 'copy',
});

describe('what a refused write means', () => {
  const cases = table(
    'error                 | verb   | RBAC allows | result      | retry',
    'conflict              | patch  | -           | stale       | -',
    'already-exists        | create | -           | stale       | -',
    'namespace-terminating | create | -           | gone        | -',
    'not-found             | create | -           | gone        | -',
    'not-found             | delete | -           | gone        | -',
    'not-found             | patch  | -           | stale       | -',
    'not-found             | get    | -           | stale       | -',
    'forbidden             | create | no          | Forbidden   | back-off',
    'forbidden             | create | yes         | Rejected    | back-off',
    'invalid               | create | -           | Rejected    | back-off',
    'bad-request           | patch  | -           | Rejected    | back-off',
    'too-large             | create | -           | TooLarge    | on-change',
    'server-error          | create | -           | ServerError | back-off',
    'timeout               | create | -           | ServerError | back-off',
    'unreachable           | create | -           | ServerError | back-off',
    'too-many-requests     | create | -           | ServerError | back-off',
  );
  for (const row of cases) {
    it(row.title, () => {
      const kind = KINDS.find((each) => each === row.error) ?? 'server-error';
      const verb = VERBS.find((each) => each === row.verb) ?? 'create';
      const result = failureOf(error(kind), attempt(verb), row['RBAC allows'] === 'yes');
      expect(result.kind === 'failed' ? result.reason : result.kind).to.equal(row.result);
      expect(result.kind === 'failed' ? result.retry : '-').to.equal(row.retry);
    });
  }

  it('is thrown where it says nothing of the object', () => {
    for (const kind of ['fenced', 'aborted'] as const)
      expect(() => failureOf(error(kind), attempt(), false)).to.throw(ApiError);
  });

  it('waits as long as the server asks for', () => {
    const result = failureOf(error('too-many-requests', { retryAfterMs: 7_000 }), attempt(), false);
    expect(result).to.deep.include({ retry: { afterMs: 7_000 } });
  });

  it("tells a person the server's words, or the rule to add", () => {
    const message = (allowed: boolean, at: Attempt): string => {
      const result = failureOf(error('forbidden'), at, allowed);
      return result.kind === 'failed' ? result.message : '';
    };
    expect(message(true, attempt())).to.include("the server's words");
    expect(message(false, attempt('patch')))
      .to.include('kubectl patch clusterrole')
      .and.include('"copy"');
    expect(message(false, attempt('patch', 'serviceaccounts'))).to.include('lacks patch serviceaccounts');
  });
});
