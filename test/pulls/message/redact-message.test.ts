import { expect } from 'chai';
import fc from 'fast-check';
import { redactMessage } from '../../../src/pulls/message/redact-message.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('redactMessage', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'the account and token that Docker Hub names',
      "toomanyrequests: You have reached your pull rate limit as 'harbourmaster': dckr_jti_Qk3fZr9tV-x1a_Lw0=. You may increase the limit by upgrading.",
      "toomanyrequests: You have reached your pull rate limit as '[redacted]': [redacted]. You may increase the limit by upgrading.",
    ],
    ['a message cut off in the account', "pull rate limit as 'harbourmas", "pull rate limit as '[redacted]"],
    ['a message cut off in the token', "as 'harbourmaster': dckr_jti_Qk3", "as '[redacted]': [redacted]"],
    ['upper case', "LIMIT AS 'HARBOURMASTER': DCKR_JTI_QK3.", "LIMIT AS '[redacted]': [redacted]."],
    ['an account with spaces and signs', "as 'harbour master+ci@example.com': x", "as '[redacted]': x"],
    [
      'the query of a signed URL',
      'Get "https://blobs.example/x?X-Amz-Signature=5ec7e7&X-Amz-Date=1": dial tcp: i/o timeout',
      'Get "https://blobs.example/x": dial tcp: i/o timeout',
    ],
    ['a query at the end of a sentence', 'see https://a.example/b?c=d.', 'see https://a.example/b.'],
    ['queries beside one another', 'https://a/b?c=d, https://e/f?g=h: 429', 'https://a/b, https://e/f: 429'],
    ['the query of a path', 'GET /v2/x?token=5ec7e7: 401', 'GET /v2/x: 401'],
    ['a fragment', 'https://a/b#token=5ec7e7', 'https://a/b'],
    [
      'a login in a URL',
      'Get "https://harbour:5ec7e7@a.example/v2/": EOF',
      'Get "https://[redacted]@a.example/v2/": EOF',
    ],
    ['a login with a slash and an @', 'https://harbour:5e/c@7e7@a.example/v2/', 'https://[redacted]@a.example/v2/'],
    [
      'a login without a scheme',
      'proxy harbour:5ec7e7@proxy.example:3128 refused',
      'proxy [redacted]@proxy.example:3128 refused',
    ],
    [
      'a user of AWS',
      'User: arn:aws:sts::42:assumed-role/harbour is not authorized',
      'User: [redacted] is not authorized',
    ],
    ['a user after a label', 'username=harbour, password wrong', 'username=[redacted], password wrong'],
    ['a user in quotes', 'for user "harbour" on x', 'for user "[redacted]" on x'],
    ['a robot in quotes', 'could not find robot "acme+ci"', 'could not find robot "[redacted]"'],
  ];
  for (const [name, message, redacted] of cases) {
    it(`takes out ${name}`, () => {
      expect(redactMessage(message)).to.equal(redacted);
    });
  }

  const untouched = [
    '',
    `Failed to pull image "acme/app@${DIGEST}": not found`,
    `failed to resolve reference "r.io:5000/acme/app:1@${DIGEST}": EOF`,
    "pull access denied for acme/app, repository does not exist or may require 'docker login': denied: requested access",
    'unauthorized: incorrect username or password',
    'invalid username/password: unauthorized',
    'unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/app/manifests/1: 429 Too Many Requests',
    'dial tcp [2001:db8::1]:443: connect: connection refused\n\tnext line',
    'received "as" is',
  ];
  for (const message of untouched) {
    it(`leaves alone ${JSON.stringify(message.slice(0, 60))}`, () => {
      expect(redactMessage(message)).to.equal(message);
    });
  }

  it('finds account, token and signature wherever they are planted, and changes nothing the second time', () => {
    const SECRETS = ['harbourmaster', 'dckr_jti_Qk3fZr9tV', '5ec7e75ec7e7'];
    const planted = fc.constantFrom(
      "limit as 'harbourmaster': dckr_jti_Qk3fZr9tV=.",
      'https://blobs.example/x?sig=5ec7e75ec7e7',
      'https://harbourmaster:5ec7e75ec7e7@a.example/v2/?sig=5ec7e75ec7e7',
      'username: harbourmaster',
    );
    const filler = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '.', ',', '(', ')', '[', ']', ' ', '\n') });
    fc.assert(
      fc.property(fc.array(fc.tuple(filler, planted), { minLength: 1, maxLength: 5 }), (pieces) => {
        const redacted = redactMessage(pieces.flatMap(([text, secret]) => [text, ' ', secret, ' ']).join(''));
        for (const secret of SECRETS) expect(redacted).to.not.include(secret);
        expect(redactMessage(redacted)).to.equal(redacted);
      }),
    );
  });
});
