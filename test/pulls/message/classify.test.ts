import { expect } from 'chai';
import { classifyEvent, classifyStatus, type PullFailure } from '../../../src/pulls/message/classify.ts';
import { table } from '../../table.ts';

const IMAGE = 'harbourlight/ferry:1';
const HUB_URL = 'https://registry-1.docker.io/v2/harbourlight/ferry/manifests/1';

function classify(text: string, image = IMAGE): PullFailure {
  const failure = classifyStatus({ reason: 'ErrImagePull', message: text, image });
  if (failure === undefined) throw new Error(`no failed pull: ${text}`);
  return failure;
}

describe('classify', () => {
  it('says what an Event and a status say in the same way', () => {
    const text = `failed to resolve image: unexpected status from HEAD request to ${HUB_URL}: 429 Too Many Requests`;
    const found = {
      outcome: 'rate-limited',
      kind: 'unknown',
      registry: 'docker.io',
      endpoint: 'docker.io',
      image: IMAGE,
    };
    const event = {
      message: `Failed to pull image "${IMAGE}": ${text}`,
      source: { component: 'kubelet' },
      involvedObject: { kind: 'Pod' },
    };
    const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${IMAGE}": ErrImagePull: ${text}` };
    expect([classify(text), classifyEvent(event), classifyStatus(waiting)]).to.deep.equal([found, found, found]);
  });

  it('takes the tag of the image for no word of its registry', () => {
    const text = 'manifest unknown: tag TooManyRequests not found';
    expect(classify(text, 'r.io/acme/app:TooManyRequests').outcome).to.equal('not-found');
    expect(classify('limited tag: TooManyRequests', 'r.io/acme/app:1').outcome).to.equal('rate-limited');
  });

  it('takes the name of the image for no word of its registry', () => {
    const missing = (name: string) =>
      `RepositoryNotFoundException: The repository with name '${name}' does not exist in the registry with id '1'`;
    for (const name of ['toomanyrequests', 'unauthorized', 'forbidden'])
      expect(classify(missing(name), `1.dkr.ecr.eu-west-1.amazonaws.com/${name}:1`).outcome, name).to.equal(
        'not-found',
      );
  });

  describe('the place of a number', () => {
    const cases = table(
      'text                                                             | outcome',
      'GET https://r.io/v2/x: 429                                       | rate-limited',
      'GET https://r.io/v2/x 429 Too Many Requests                      | rate-limited',
      'status: 429                                                      | rate-limited',
      'status:429                                                       | rate-limited',
      'StatusCode=429                                                   | rate-limited',
      'HTTP/1.1 429                                                     | rate-limited',
      '{"code":429,"message":"slow down"}                               | rate-limited',
      '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}    | rate-limited',
      '429 Too Many Requests                                            | rate-limited',
      '429 (Too Many Requests)                                          | rate-limited',
      '<title>429 Too Many Requests</title>                             | rate-limited',
      '429 Too Ma                                                       | rate-limited',
      '429                                                              | other',
      '429 too large                                                    | other',
      'layer 429 of 512                                                 | other',
      'reading manifest 429 in quay.io/x/y: EOF                         | unavailable',
      'pulling from host r.io failed with status code [manifests 429]: 404 Not Found | not-found',
      'pulling from host r.io failed with status code [manifests 404]: 429 Too Many Requests | rate-limited',
      'dial tcp 10.42.9.1:429: i/o timeout                              | unavailable',
      'lookup toomanyrequests: no such host                             | unavailable',
      'https://r.io/429/too/many/requests?status=429: 404 Not Found     | not-found',
      'docker.io/acme/toomanyrequests: not found                        | not-found',
      'manifest tagged by "toomanyrequests" is not found: manifest unknown | not-found',
      'manifest tagged by TooManyRequests is not found                  | not-found',
      'too_many_requests: slow down                                     | rate-limited',
      'sha256:429: not found                                            | not-found',
      'GET https://r.io/v2/x: 4290 bytes                                | other',
      'code = 429000 desc = x                                           | other',
    );
    for (const { title, text, outcome } of cases) {
      it(title, () => {
        expect(classify(text, 'r.io/x:1').outcome).to.equal(outcome);
      });
    }
  });

  describe('registry and endpoint', () => {
    const cases = table(
      'image            | text                                                            | registry  | endpoint',
      'acme/app         | toomanyrequests: slow down                                      | docker.io | -',
      'acme/app         | https://registry-1.docker.io/v2/acme/app: 429                   | docker.io | docker.io',
      'acme/app         | https://auth.docker.io/token?x=y: 429                           | docker.io | docker.io',
      'acme/app         | https://mirror.example/v2/acme/app?ns=docker.io: 429            | docker.io | mirror.example',
      'acme/app         | https://user:word@mirror.example:8443/v2/: 429                  | docker.io | mirror.example:8443',
      'acme/app         | reading manifest 1 in quay.io/acme/app: toomanyrequests: x      | quay.io   | quay.io',
      'acme/app         | "docker.io/acme/app:1": https://mirror.example/v2/: 429         | docker.io | mirror.example',
      'acme/app         | reading manifest 1 in mirror.example/hub/acme/app: toomanyrequests: x | docker.io | mirror.example',
      'docker.io/acme/app | reading manifest 1 in quay.io/acme/app: toomanyrequests: x    | docker.io | quay.io',
      'registry-1.docker.io/acme/app | toomanyrequests: x                                 | docker.io | -',
      'GHCR.io/acme/app | toomanyrequests: x                                              | ghcr.io   | -',
      'r.io/x           | pulling from host r.io:5000 failed with status code [manifests 1]: 429 Too Many Requests | r.io | r.io:5000',
      'r.io/x           | toomanyrequests: see https://www.docker.com/increase-rate-limit | r.io      | -',
      'r.io/x           | pinging container registry r.io: StatusCode: 429, slow          | r.io      | r.io',
    );
    for (const row of cases) {
      it(row.title, () => {
        const { registry, endpoint = '-' } = classify(row.text, row.image);
        expect({ registry, endpoint }).to.deep.equal({ registry: row.registry, endpoint: row.endpoint });
      });
    }
  });

  describe('a mirror answered', () => {
    const cases = table(
      'image            | text                                                            | mirror',
      'acme/app         | https://mirror.example/v2/acme/app/manifests/1?ns=docker.io: 429 | mirror.example',
      'acme/app         | https://mirror.example:5000/v2/acme/app/manifests/1?a=b&ns=docker.io: 401 | mirror.example:5000',
      'ghcr.io/acme/app | https://mirror.example/v2/acme/app/manifests/1?ns=ghcr.io: 403 Forbidden | mirror.example',
      'acme/app         | https://mirror.example/v2/acme/app/manifests/1: 429             | -',
      'acme/app         | https://mirror.example/v2/acme/app/manifests/1?columns=2: 429   | -',
      'acme/app         | https://mirror.example/ns=docker.io: 429                         | -',
      'acme/app         | https://index.docker.io/v2/acme/app/manifests/1?ns=docker.io: 429 | -',
      'acme/app         | https://mirror.example/v2/acme/app?ns=docker.io: EOF, https://registry-1.docker.io/v2/acme/app: 429 | -',
      'gitlab.example/x | https://gitlab.com/jwt/auth?service=container_registry: 429     | -',
      'acme/app         | toomanyrequests: slow down                                      | -',
      'acme/app         | "https://mirror.example/v2/acme/app?ns=docker.io": EOF          | mirror.example',
    );
    for (const row of cases) {
      it(row.title, () => {
        expect(classify(row.text, row.image).mirror ?? '-').to.equal(row.mirror);
      });
    }

    it('under a name of 253 characters at most', () => {
      const host = `${'a.'.repeat(300)}example`;
      expect(classify(`https://${host}/v2/x?ns=docker.io: 429`).mirror).to.equal(host.slice(0, 253));
    });
  });

  describe('the kind', () => {
    const cases = table(
      'image    | text                                                                        | kind',
      'acme/app | toomanyrequests: You have reached your unauthenticated pull rate limit.     | anonymous',
      "acme/app | toomanyrequests: You have reached your pull rate limit as 'x': dckr_jti_y=. | account",
      'acme/app | toomanyrequests: You have reached your pull rate limit. You may increase    | unknown',
      'acme/app | Too Many Requests (HAP429).                                                 | abuse',
      'acme/app | toomanyrequests: Too Many Requests                                          | abuse',
      'acme/app | https://mirror.example/v2/: 429 Too Many Requests toomanyrequests: Too Many Requests | unknown',
      'r.io/x   | toomanyrequests: Too many requests.                                         | unknown',
      'acme/app | https://registry-1.docker.io/v2/: 429 Too Many Requests                     | unknown',
      'acme/app | unauthorized: authentication required                                       | unknown',
      'acme/app | failed to fetch anonymous token: 429 Too Many Requests                      | anonymous',
      'r.io/x   | failed to fetch anonymous token: https://gitlab.example/jwt/auth: 429       | anonymous',
      'acme/app | failed to fetch anonymous token: 429 toomanyrequests: Too Many Requests     | abuse',
      'acme/app | failed to fetch anonymous token: 429 Too Many Requests (HAP429).            | abuse',
      'acme/app | failed to fetch oauth token: 429 Too Many Requests                          | unknown',
      'acme/app | failed to fetch anonymous token: https://auth.docker.io/token: 401          | anonymous',
      'acme/app | failed to fetch oauth token: https://auth.docker.io/token: 401              | unknown',
      'acme/app | failed to fetch anonymous token: EOF                                        | unknown',
    );
    for (const row of cases) {
      it(row.title, () => {
        expect(classify(row.text, row.image).kind).to.equal(row.kind);
      });
    }
  });

  describe('several credentials, several causes', () => {
    const LIMIT = 'Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit.';
    const REFUSED =
      'Error response from daemon: Head "https://mirror.example/v2/": unauthorized: authentication required';
    const cases = table(
      'text                                                 | outcome             | also',
      `[${REFUSED}, ${LIMIT}]                               | rate-limited        | credentials-refused`,
      `[${LIMIT}, ${REFUSED}]                               | rate-limited        | credentials-refused`,
      `[${LIMIT}, ${LIMIT}]                                 | rate-limited        | -`,
      `[${REFUSED}, pull QPS exceeded]                      | credentials-refused | kubelet-limit`,
      `[${REFUSED}, failed to resolve image: x/y:1: not found] | credentials-refused | not-found`,
      'pull QPS exceeded                                    | kubelet-limit       | -',
      'Pull qps exceeded.                                   | kubelet-limit       | -',
      'pull QPS exceeded on line 3                          | other               | -',
    );
    for (const row of cases) {
      it(row.title, () => {
        const { outcome, also = [] } = classify(row.text);
        expect([outcome, also.join(' ') || '-']).to.deep.equal([row.outcome, row.also]);
      });
    }

    it('takes of several refusals the one of a credential before those that say nothing of one', () => {
      const login = 'failed to fetch oauth token: https://auth.docker.io/token: 401';
      const denied = 'failed to resolve: pull access denied, repository does not exist or may require authorization';
      const nobodys = [
        'failed to fetch anonymous token: https://auth.docker.io/token: 401',
        'failed to resolve: https://mirror.example/v2/acme/app?ns=docker.io: 401',
      ];
      for (const one of nobodys)
        for (const other of [login, denied])
          for (const text of [`[${one}, ${other}]`, `[${other}, ${one}]`])
            expect(classify(text), text).to.include({ kind: 'unknown' }).and.not.have.property('mirror');
    });

    it('takes the endpoint of the limit from its own cause alone', () => {
      expect(classify(`[${REFUSED}, ${LIMIT}]`))
        .to.include({ kind: 'anonymous' })
        .and.not.have.property('endpoint');
    });
  });

  describe('the wait that a registry asks for', () => {
    const cases = table(
      'text                                                              | milliseconds',
      'toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute    | 0.880092',
      'toomanyrequests: retry-after: 880.092us, allowed: 44000/minute    | 0.880092',
      'toomanyrequests: retry-after: 1.5ms, allowed: 44000/minute        | 1.5',
      'toomanyrequests: Retry-After: 1s                                  | 1000',
      'toomanyrequests: retry-after: 1m30.5s                             | 90500',
      'toomanyrequests: retry-after: 30                                  | 30000',
      'toomanyrequests: retry-after: soon                                | -',
      'toomanyrequests: retry-after: 1.2.3s                              | -',
      'toomanyrequests: retry-after:                                     | -',
      'toomanyrequests: slow down                                        | -',
      'manifest unknown, retry-after: 1s                                 | -',
    );
    for (const row of cases) {
      it(row.title, () => {
        const wait = classify(row.text).retryAfterMs;
        if (row.milliseconds === '-') expect(wait).to.equal(undefined);
        else expect(wait).to.be.closeTo(Number(row.milliseconds), 1e-9);
      });
    }
  });
});
