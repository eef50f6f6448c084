import { expect } from 'chai';
import { ApiError, type ApiErrorKind } from '../../src/kube/errors.ts';
import { UNREADABLE } from '../../src/kube/failure.ts';
import { type Phase, recover } from '../../src/kube/reflector-policy.ts';

const error = (kind: ApiErrorKind, extra: { retryAfterMs?: number; transport?: string } = {}): ApiError =>
  new ApiError({ kind, method: 'WATCH', path: '/x', ...extra });

describe('recover', () => {
  const cases: { failure: unknown; name: string; phase: Phase; next: string; pace?: string }[] = [
    { name: 'gone', failure: error('gone'), phase: 'watching', next: 'list', pace: 'prompt' },
    { name: 'gone', failure: error('gone'), phase: 'opening', next: 'list', pace: 'prompt' },
    { name: 'gone', failure: error('gone'), phase: 'list', next: 'list-latest', pace: 'prompt' },
    { name: 'timeout', failure: error('timeout'), phase: 'list', next: 'list-latest' },
    { name: 'timeout', failure: error('timeout'), phase: 'watching', next: 'watch' },
    { name: 'unreachable', failure: error('unreachable'), phase: 'list', next: 'list' },
    { name: 'unreachable', failure: error('unreachable'), phase: 'opening', next: 'watch' },
    { name: 'unreachable', failure: error('unreachable'), phase: 'watching', next: 'watch' },
    { name: 'too-many-requests', failure: error('too-many-requests'), phase: 'opening', next: 'watch' },
    { name: 'server-error', failure: error('server-error'), phase: 'opening', next: 'watch' },
    { name: 'server-error', failure: error('server-error'), phase: 'watching', next: 'list' },
    {
      name: 'a line that is no JSON',
      failure: error('server-error', { transport: UNREADABLE }),
      phase: 'watching',
      next: 'list',
    },
    { name: 'not-found', failure: error('not-found'), phase: 'opening', next: 'list' },
    { name: 'bad-request', failure: error('bad-request'), phase: 'opening', next: 'list' },
    { name: 'forbidden', failure: error('forbidden'), phase: 'opening', next: 'watch', pace: 'slow' },
    { name: 'unauthorized', failure: error('unauthorized'), phase: 'list', next: 'list', pace: 'slow' },
    { name: 'an error of our own', failure: new TypeError('secret'), phase: 'watching', next: 'list' },
  ];
  for (const { name, failure, phase, next, pace = 'normal' } of cases) {
    it(`${name} while in phase ${phase}: ${next}, pace ${pace}`, () => {
      const recovery = recover(failure, phase);
      expect([recovery.next, recovery.pace]).to.deep.equal([next, pace]);
    });
  }

  it('waits as long as the server asks for', () => {
    expect(recover(error('too-many-requests', { retryAfterMs: 7_000 }), 'opening').atLeastMs).to.equal(7_000);
  });

  it('tells a missing CRD apart', () => {
    expect(recover(error('not-found'), 'list').trouble).to.include({ state: 'retrying', notFound: true });
  });

  it('does not repeat the words of an error of our own, which may hold anything', () => {
    expect(recover(new TypeError('secret'), 'watching').trouble.error).to.equal('TypeError');
  });
});
