import { expect } from 'chai';
import { ApiError, classify, isApiError } from '../../src/kube/errors.ts';

const cause = (reason: string) => ({ details: { causes: [{ reason }] } });

describe('classify', () => {
  const cases: { code: number; body: unknown; kind: string }[] = [
    { code: 400, body: { reason: 'BadRequest' }, kind: 'bad-request' },
    { code: 401, body: { reason: 'Unauthorized' }, kind: 'unauthorized' },
    { code: 403, body: { reason: 'Forbidden' }, kind: 'forbidden' },
    { code: 403, body: { reason: 'Forbidden', ...cause('NamespaceTerminating') }, kind: 'namespace-terminating' },
    { code: 404, body: { reason: 'NotFound' }, kind: 'not-found' },
    { code: 405, body: { reason: 'MethodNotAllowed' }, kind: 'bad-request' },
    { code: 408, body: {}, kind: 'timeout' },
    { code: 409, body: { reason: 'AlreadyExists' }, kind: 'already-exists' },
    { code: 409, body: { reason: 'Conflict' }, kind: 'conflict' },
    { code: 409, body: 'no Status at all', kind: 'conflict' },
    { code: 410, body: { reason: 'Expired' }, kind: 'gone' },
    { code: 410, body: { reason: 'Gone' }, kind: 'gone' },
    { code: 200, body: { reason: 'Expired' }, kind: 'gone' },
    { code: 413, body: { reason: 'RequestEntityTooLarge' }, kind: 'too-large' },
    { code: 415, body: {}, kind: 'bad-request' },
    { code: 422, body: { reason: 'Invalid' }, kind: 'invalid' },
    { code: 429, body: { reason: 'TooManyRequests' }, kind: 'too-many-requests' },
    { code: 500, body: { reason: 'InternalError' }, kind: 'server-error' },
    { code: 500, body: { reason: 'ServerTimeout' }, kind: 'timeout' },
    { code: 502, body: '<html>', kind: 'server-error' },
    { code: 503, body: { reason: 'ServiceUnavailable' }, kind: 'server-error' },
    { code: 504, body: { reason: 'Timeout' }, kind: 'timeout' },
    { code: 504, body: { reason: 'Timeout', ...cause('ResourceVersionTooLarge') }, kind: 'timeout' },
    { code: 500, body: { details: 'odd', message: 7 }, kind: 'server-error' },
    { code: 500, body: null, kind: 'server-error' },
  ];
  for (const { code, body, kind } of cases) {
    it(`${String(code)} with ${JSON.stringify(body)} is ${kind}`, () => {
      expect(classify(code, body).kind).to.equal(kind);
    });
  }

  it('never judges by text', () => {
    const message = 'namespace is being terminated: not found, already exists';
    expect(classify(403, { reason: 'Forbidden', message }).kind).to.equal('forbidden');
  });

  it("passes on the server's reason, words and timing", () => {
    const status = { reason: 'TooManyRequests', message: 'slow down', details: { retryAfterSeconds: 3 } };
    expect(classify(429, status)).to.deep.equal({
      kind: 'too-many-requests',
      code: 429,
      reason: 'TooManyRequests',
      serverMessage: 'slow down',
      retryAfterMs: 3_000,
    });
  });
});

describe('isApiError', () => {
  const error = new ApiError({ kind: 'not-found', method: 'GET', path: '/api/v1/pods', code: 404 });

  it('asks for any kind, or for some', () => {
    expect([isApiError(error), isApiError(error, 'gone', 'not-found'), isApiError(error, 'gone')]).to.deep.equal([
      true,
      true,
      false,
    ]);
    expect([isApiError(new Error('not-found')), isApiError(undefined)]).to.deep.equal([false, false]);
  });

  it('describes the request in one line', () => {
    expect(error.message).to.equal('GET /api/v1/pods: not-found 404');
  });
});
