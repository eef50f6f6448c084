import { expect } from 'chai';
import { table } from '../../../test/table.ts';
import {
  abuse,
  accountsOnly,
  challenge,
  pullLimitReached,
  rateLimitHeaders,
  wrongPassword,
  type Answer,
} from './answers.ts';

const REALM = { url: 'http://192.0.2.9:5000/token', service: 'registry.docker.io' };
const SOURCE = '192.0.2.1';
const INCREASE = 'https://www.docker.com/increase-rate-limit';
const JTI = 'dckr_jti_Uw-5IbeGEBuTbFuYG4ZtmGL9xJU=';

const answers: Readonly<Record<string, Answer>> = {
  'anonymous limit': pullLimitReached('anonymous', JTI, 7),
  'account limit': pullLimitReached({ account: 'alice' }, JTI, 7),
  'abuse, plain': abuse('plain', 60),
  'abuse, json': abuse('json', 60),
  'wrong password': wrongPassword,
  'accounts only': accountsOnly,
};

const texts = table(
  'answer          | status | type             | retry | text',
  `anonymous limit | 429    | application/json | 7     | toomanyrequests: You have reached your unauthenticated pull rate limit. ${INCREASE}`,
  `account limit   | 429    | application/json | 7     | toomanyrequests: You have reached your pull rate limit as 'alice': ${JTI}. You may increase the limit by upgrading. ${INCREASE}`,
  'abuse, plain    | 429    | text/plain       | 60    | Too Many Requests (HAP429).',
  'abuse, json     | 429    | application/json | 60    | toomanyrequests: Too Many Requests (HAP429).',
  'wrong password  | 401    | application/json | -     | {"details":"incorrect username or password"}',
  'accounts only   | 401    | application/json | -     | unauthorized: authentication required',
);

describe('answers of a registry that limits', () => {
  for (const { title, answer, status, type, retry, text } of texts) {
    it(title, () => {
      const { headers, body, ...rest } = answers[answer] ?? expect.fail(`no answer ${answer}`);
      expect(rest.status).to.equal(Number(status));
      expect(headers['content-type']).to.equal(type);
      expect(headers['retry-after'] ?? '-').to.equal(retry);
      expect(asClientsPrint(body)).to.equal(text);
    });
  }

  it('challenges with realm, service and scope, and with the body that Docker Hub sends', () => {
    const { status, headers, body } = challenge(REALM, SOURCE, 'acme/app');
    expect(status).to.equal(401);
    expect(headers).to.deep.equal({
      'content-type': 'application/json',
      'docker-distribution-api-version': 'registry/2.0',
      'docker-ratelimit-source': SOURCE,
      'www-authenticate': `Bearer realm="${REALM.url}",service="registry.docker.io",scope="repository:acme/app:pull"`,
    });
    expect(body).to.equal(
      '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[{"Type":"repository","Class":"","Name":"acme/app","Action":"pull"}]}]}\n',
    );
  });

  it('asks for no scope where no repository is asked for', () => {
    const { headers } = challenge(REALM, SOURCE, undefined);
    expect(headers['www-authenticate']).to.equal(`Bearer realm="${REALM.url}",service="registry.docker.io"`);
  });

  it('says that a token does not reach', () => {
    const { headers } = challenge(REALM, SOURCE, 'acme/app', 'insufficient_scope');
    expect(headers['www-authenticate']).to.match(/,error="insufficient_scope"$/);
  });

  it('tells how many pulls are left, with the window in seconds', () => {
    expect(rateLimitHeaders(SOURCE, { limit: 100, remaining: 20, freeAt: 0 }, 21_600)).to.deep.equal({
      'ratelimit-limit': '100;w=21600',
      'ratelimit-remaining': '20;w=21600',
      'docker-ratelimit-source': SOURCE,
    });
  });

  it('names only the source to a client without limit', () => {
    expect(rateLimitHeaders(SOURCE, undefined, 21_600)).to.deep.equal({ 'docker-ratelimit-source': SOURCE });
  });
});

/** `code: message`, as containerd and dockerd print what they can parse; anything else as it stands. */
function asClientsPrint(body: string): string {
  const [, code, message] = /^\{"errors":\[\{"code":"(\w+)","message":"(.*)"\}\]\}\n$/.exec(body) ?? [];
  return code === undefined || message === undefined ? body.trimEnd() : `${code.toLowerCase()}: ${message}`;
}
