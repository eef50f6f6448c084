import { expect } from 'chai';
import { classifyStatus } from '../../../src/pulls/message/classify.ts';

const image = 'ghcr.io/harbourlight/ferry:1';
const classified = (message: string) => classifyStatus({ reason: 'ErrImagePull', message, image });

const DENIED =
  'failed to resolve image: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';
const STALE =
  'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://auth.docker.io/token: 401 Unauthorized';

describe('a refusal', () => {
  describe('may be about an image that does not exist where it says', () => {
    const doubtful = [
      DENIED,
      "Error response from daemon: pull access denied for harbourlight/ferry, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      'reading manifest 1 in docker.io/harbourlight/ferry: denied: requested access to the resource is denied',
      'unexpected status from HEAD request to https://x.pkg.dev/v2/a/manifests/1: 403 Forbidden\ndenied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource (or it may not exist)',
      'reading manifest 1 in quay.io/harbourlight/ferry: unauthorized: access to the requested resource is not authorized',
    ];
    for (const message of doubtful)
      it(message, () => {
        expect(classified(message)).to.include({ outcome: 'credentials-refused', mayNotExist: true });
      });
  });

  describe('is about the login, or does not say, where it says', () => {
    const clear = [
      STALE,
      `${STALE}\nunauthorized: incorrect username or password`,
      'unable to retrieve auth token: invalid username/password: unauthorized: Please login to the registry',
      'Error response from daemon: unauthorized: authentication required',
      'unexpected status from HEAD request to https://ghcr.io/v2/a/manifests/1: 403 Forbidden',
      'failed to fetch oauth token: 401 Unauthorized: insufficient_scope: authorization failed',
    ];
    for (const message of clear)
      it(message, () => {
        expect(classified(message)).to.include({ outcome: 'credentials-refused' }).and.not.have.property('mayNotExist');
      });
  });

  it('is about the login where one of several credentials was refused as such', () => {
    for (const message of [`[${DENIED}, ${STALE}]`, `[${STALE}, ${DENIED}]`])
      expect(classified(message)).to.not.have.property('mayNotExist');
    expect(classified(`[${DENIED}, ${DENIED.replace('image', 'it')}]`)).to.include({ mayNotExist: true });
  });

  it('has no doubt where the image is missing or limited as well', () => {
    expect(classified(`[${DENIED}, failed to resolve image: 429 Too Many Requests]`)).to.not.have.property(
      'mayNotExist',
    );
    expect(classified('docker.io/a/b:1: not found')).to.not.have.property('mayNotExist');
  });
});
