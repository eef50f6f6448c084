import { expect } from 'chai';
import fc from 'fast-check';
import { redactMessage } from '../../../src/pulls/message/redact-message.ts';
import { classifyCase } from '../../corpus/measure.ts';
import { readCorpus } from '../../corpus/messages.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('redactMessage', () => {
  const IMAGE = 'harbourlight/ferry:1';
  const HOSTS = ['docker.io', 'mirror.harbour.example'];
  const redact = (message: string): string => redactMessage(message, [IMAGE, ...HOSTS]);

  const cases: readonly (readonly [string, string, string])[] = [
    [
      'the account and token that Docker Hub names',
      "toomanyrequests: You have reached your pull rate limit as 'harbourmaster': dckr_jti_Qk3fZr9tV-x1a_Lw0=. You may increase the limit by upgrading.",
      "toomanyrequests: You have reached your pull rate limit as '[redacted]': [redacted]=. You may increase the limit by upgrading.",
    ],
    ['a message cut off in the account', "pull rate limit as 'harbourmas", "pull rate limit as '[redacted]"],
    ['a message cut off in the token', "as 'harbourmaster': dckr_jti_Qk3", "as '[redacted]': [redacted]"],
    ['quotes that are escaped', String.raw`limit as \'harbourmaster\': x`, String.raw`limit as \'[redacted]': x`],
    ['quotes of print', 'limit as ‘harbourmaster’: x', 'limit as [redacted]: x'],
    ['upper case', "LIMIT AS 'HARBOURMASTER': DCKR_JTI_QK3.", "LIMIT AS '[redacted]': [redacted]."],
    ['an account that is a word like others', "limit as 'docker': x", "limit as '[redacted]': x"],
    ['an account with spaces and signs', "as 'harbour master+ci@example.com': x", "as '[redacted]': x"],
    [
      'an account without quotes',
      'denied: user harbourmaster has no permission',
      'denied: user [redacted] has no permission',
    ],
    [
      'an account without any word before it',
      'Invalid Username or Password for harbourmaster',
      'Invalid Username or Password for [redacted]',
    ],
    [
      'the query of a signed URL',
      'Get "https://jetty7.io/x?X-Amz-Signature=5ec7e7&X-Amz-Date=1": i/o timeout',
      'Get "https://[redacted].io/x": i/o timeout',
    ],
    ['a query at the end of a sentence', 'see https://a.io/b?c=d.', 'see https://a.io/b.'],
    ['queries beside one another', 'https://a/b?c=d, https://e/f?g=h: 429', 'https://a/b, https://e/f: 429'],
    ['a query without a path', 'blob?X-Amz-Credential=5ec7e7: 401', 'blob: 401'],
    ['a query that is escaped', 'https://a/blob%3Fsig%3D5ec7e7: 401', 'https://a/blob%[redacted]: 401'],
    ['parameters of a path', 'GET /v2/x;token=5ec7e7: 401', 'GET /v2/x;token=[redacted]: 401'],
    ['a fragment', 'https://a/b#token=5ec7e7', 'https://a/b'],
    [
      'parts of a path',
      'https://a.io/api/docker/u/harbourmaster/token: 401',
      'https://a.io/api/docker/u/[redacted]/token: 401',
    ],
    ['a login in a URL', 'Get "https://harbour:5ec7e7@a.io/v2/": EOF', 'Get "https://[redacted]@a.io/v2/": EOF'],
    ['a login with a slash and an @', 'https://harbour:5e/c@7e7@a.io/v2/', 'https://[redacted]@a.io/v2/'],
    ['a login without a scheme', 'proxy harbour:5ec7e7@proxy:3128 refused', 'proxy [redacted]@proxy:3128 refused'],
    [
      'a user of AWS',
      'User: arn:aws:sts::42:assumed-role/jetty is not authorized',
      'User: [redacted] is not authorized',
    ],
    ['a user after a label', 'username=docker, password wrong', 'username=[redacted], password wrong'],
    ['a user in quotes', 'for user "harbour" on x', 'for user "[redacted]" on x'],
    ['a robot in quotes', 'could not find robot "acme+ci"', 'could not find robot "[redacted]"'],
    ['a password', 'password=5ec7e7 401 unauthorized', 'password=[redacted] 401 unauthorized'],
    ['a password in quotes', 'password "1234567" is wrong', 'password "[redacted]" is wrong'],
    [
      'a password in quotes that is a phrase',
      "password 'too many requests' is wrong",
      "password '[redacted]' is wrong",
    ],
    ['a password that is a word like others', 'password=docker, try again', 'password=[redacted], try again'],
    ['a password of two words like others', 'password=docker-hub', 'password=[redacted]'],
    ['a password behind spaces', 'password = docker', 'password = [redacted]'],
    ['a password behind a colon', 'password: docker', 'password: [redacted]'],
    ['a password that is part of the name of the image', 'password=ferry', 'password=[redacted]'],
    [
      'a login in JSON',
      '{"username":"production","password":"docker"} 401',
      '{"username":"[redacted]","password":"[redacted]"} 401',
    ],
    ['a login in JSON with spaces', '{ "user" : "production" }', '{ "user" : "[redacted]" }'],
    ['a number in JSON', '{"password":1234567,"status":401}', '{"password":[redacted],"status":401}'],
    ['a login in JSON that is escaped', String.raw`{\"user\":\"production\"}`, String.raw`{\"user\":\"[redacted]"}`],
    ['a login in braces', 'user:{production}', 'user:{[redacted]}'],
    ['a login of two words like others', 'user=docker-production 401', 'user=[redacted] 401'],
    [
      'an account in front of a colon',
      'pull rate limit as build: slow down',
      'pull rate limit as [redacted]: slow down',
    ],
    ['a token in pieces', 'token 1-2-3-4-5-6-7-8 is invalid', 'token [redacted] is invalid'],
    ['a token in pieces behind a sign', 'token=1-2-3-4-5-6-7-8 is invalid', 'token=[redacted] is invalid'],
    ['a token in quotes', 'token "docker" is invalid', 'token "[redacted]" is invalid'],
    ['a key in a path', '/key/1-2-3-4-5', '/key/[redacted]'],
    ['a password of digits', 'password: 31415926, token=31415926', 'password: [redacted], token=[redacted]'],
    ['a token after a word for it', 'invalid token: 5ec7e7 401', 'invalid token: [redacted] 401'],
    ['a bearer token', 'Bearer eyJhbGci.5ec7e7.c2ln invalid: 401', 'Bearer [redacted] invalid: 401'],
    ['a token of a forge', 'ghp_5ec7e7 was refused, glpat-5ec7e7 too', '[redacted] was refused, [redacted] too'],
    ['a long number', "for consumer 'project_number:429042904290'", "for consumer 'project_number:[redacted]'"],
  ];
  for (const [name, message, redacted] of cases) {
    it(`takes out ${name}`, () => {
      expect(redact(message)).to.equal(redacted);
    });
  }

  const untouched = [
    '',
    `Failed to pull image "harbourlight/ferry@${DIGEST}": not found`,
    `failed to resolve reference "docker.io/harbourlight/ferry:1@${DIGEST}": EOF`,
    "pull access denied for ferry, repository does not exist or may require 'docker login': denied: requested access",
    'unauthorized: incorrect username or password',
    'invalid username/password: unauthorized',
    'unexpected status from HEAD request to https://registry-1.docker.io/v2/harbourlight/ferry/manifests/1: 429 Too Many Requests',
    'unexpected status from GET request to https://mirror.harbour.example:5000/v2/harbourlight/ferry/manifests/1: 429',
    'failed to fetch oauth token: unexpected status from POST request to https://auth.docker.io/token: 401 Unauthorized',
    'toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute',
    'dial tcp 10.42.9.1:443: connect: connection refused\n\tnext request in 1m30s',
    'received "as" is',
    'incorrect "password" given, "token" expired',
    'failed to fetch anonymous token: unexpected status: 401 Unauthorized',
    'Get "https://auth.docker.io/token": dial tcp 10.42.9.1:443: i/o timeout',
    'failed to resolve reference "docker.io/harbourlight/ferry:1": failed to authorize: no basic auth credentials',
    'token 401 unauthorized, key 1 of 3',
  ];
  for (const message of untouched) {
    it(`leaves alone ${JSON.stringify(message.slice(0, 60))}`, () => {
      expect(redact(message)).to.equal(message);
    });
  }

  it('leaves what the messages of the corpus say readable', () => {
    const WORD = /[a-z]+/gi;
    for (const one of readCorpus()) {
      const failure = classifyCase(one);
      if (failure?.outcome !== 'rate-limited' || !('event' in one)) continue;
      const message = String(one.event.message);
      const redacted = redactMessage(message, [failure.image, failure.registry, failure.endpoint ?? '']);
      expect(redacted, message).not.to.match(/harbourmaster|Qk3fZr9tV/i);
      const [left, all] = [redacted.replaceAll('[redacted]', ''), message].map(
        (text) => [...text.matchAll(WORD)].length,
      );
      expect(left, redacted).to.be.at.least(Math.floor((all ?? 0) * 0.9) - 8);
    }
  });

  it('finds account, token and signature wherever they are planted, and changes nothing the second time', () => {
    const SECRETS = ['harbourmaster', 'dckr_jti_Qk3fZr9tV', '5ec7e75ec7e7'];
    const planted = fc.constantFrom(
      "limit as 'harbourmaster': dckr_jti_Qk3fZr9tV=.",
      'https://blobs.example/x?sig=5ec7e75ec7e7',
      'https://harbourmaster:5ec7e75ec7e7@a.example/v2/?sig=5ec7e75ec7e7',
      'username: harbourmaster',
      'harbourmaster',
      'token 5ec7e75ec7e7',
    );
    const filler = fc.string({
      unit: fc.constantFrom('a', 'b', ':', '/', '.', ',', '(', ')', '[', ']', '=', '?', '@', '\\', '"', "'", ' ', '\n'),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(filler, planted), { minLength: 1, maxLength: 5 }), (pieces) => {
        const redacted = redact(pieces.flatMap(([text, secret]) => [text, secret]).join(''));
        for (const secret of SECRETS) expect(redacted).to.not.include(secret);
        expect(redact(redacted)).to.equal(redacted);
      }),
    );
  });
});
