import { expect } from 'chai';
import fc from 'fast-check';
import type { Secret } from '../../../src/api/objects.ts';
import { parseSource } from '../../../src/credentials/sources/docker-config.ts';
import {
  BASIC_AUTH_TYPE,
  DOCKER_CFG_KEY,
  DOCKER_CFG_TYPE,
  DOCKER_CONFIG_JSON_KEY,
  DOCKER_CONFIG_JSON_TYPE,
} from '../../../src/names.ts';
import { base64, dockerSecret, secret } from '../build.ts';

/** Planted in every broken source; none of it may come back in a message. */
const PLANTED = ['planted-user', 'planted-password', base64('planted-user:planted-password'), 'planted-token'];
const [USER = '', PASSWORD = '', AUTH = '', TOKEN = ''] = PLANTED;
const GOOD = { auth: AUTH };

const dockerConfig = (text: string): Secret => secret(DOCKER_CONFIG_JSON_TYPE, { [DOCKER_CONFIG_JSON_KEY]: text });
const raw = (encoded: string): Secret => ({
  ...secret(DOCKER_CONFIG_JSON_TYPE, {}),
  data: { [DOCKER_CONFIG_JSON_KEY]: encoded },
});

interface BadSource {
  readonly what: string;
  readonly source: Secret;
  readonly registry?: string;
  readonly reason?: 'SecretTypeUnsupported';
  readonly says: string;
}

const cases: readonly BadSource[] = [
  { what: 'no data', source: secret(DOCKER_CONFIG_JSON_TYPE, {}), says: 'has no .dockerconfigjson' },
  { what: 'no data at all', source: { metadata: { name: 'x' }, type: DOCKER_CFG_TYPE }, says: 'has no .dockercfg' },
  { what: 'an empty value', source: dockerConfig(''), says: 'has no .dockerconfigjson' },
  {
    what: 'another key',
    source: secret(DOCKER_CONFIG_JSON_TYPE, { password: PASSWORD }),
    says: 'has no .dockerconfigjson',
  },
  { what: 'invalid base64', source: raw(`${AUTH}!`), says: 'is not a JSON object' },
  {
    what: 'JSON cut short',
    source: dockerConfig(`{"auths":{"quay.io":{"auth":"${AUTH}`),
    says: 'is not a JSON object',
  },
  { what: 'no JSON at all', source: dockerConfig(`${USER}:${PASSWORD}`), says: 'is not a JSON object' },
  { what: 'a JSON string', source: dockerConfig(JSON.stringify(PASSWORD)), says: 'is not a JSON object' },
  { what: 'a JSON list', source: dockerConfig(JSON.stringify([PASSWORD])), says: 'is not a JSON object' },
  { what: 'null', source: dockerConfig('null'), says: 'is not a JSON object' },
  { what: 'no auths', source: dockerConfig(JSON.stringify({ credsStore: TOKEN })), says: 'no entries under auths' },
  { what: 'empty auths', source: dockerSecret({}), says: 'no entries under auths' },
  { what: 'auths that are a list', source: dockerSecret([GOOD]), says: 'no entries under auths' },
  { what: 'auths that are text', source: dockerSecret(AUTH), says: 'no entries under auths' },
  {
    what: 'a legacy file that is empty',
    source: secret(DOCKER_CFG_TYPE, { [DOCKER_CFG_KEY]: '{}' }),
    says: 'no entries',
  },
  {
    what: 'a new file under the legacy type',
    source: secret(DOCKER_CFG_TYPE, { [DOCKER_CFG_KEY]: JSON.stringify({ auths: { 'quay.io': GOOD } }) }),
    says: 'neither auth nor username',
  },
  { what: 'an entry that is text', source: dockerSecret({ 'quay.io': AUTH }), says: 'quay.io is not a JSON object' },
  { what: 'an entry that is empty', source: dockerSecret({ 'quay.io': {} }), says: 'neither auth nor username' },
  {
    what: 'only a password',
    source: dockerSecret({ 'quay.io': { password: PASSWORD } }),
    says: 'neither auth nor username',
  },
  {
    what: 'only a user name',
    source: dockerSecret({ 'quay.io': { username: USER } }),
    says: 'a username but no password',
  },
  {
    what: 'only a token',
    source: dockerSecret({ 'quay.io': { identitytoken: TOKEN } }),
    says: 'neither auth nor username',
  },
  { what: 'an auth that is no base64', source: dockerSecret({ 'quay.io': { auth: PASSWORD } }), says: 'not base64 of' },
  {
    what: 'an auth without colon',
    source: dockerSecret({ 'quay.io': { auth: base64(PASSWORD) } }),
    says: 'not base64 of',
  },
  {
    what: 'an auth that is a number',
    source: dockerSecret({ 'quay.io': { auth: 5 } }),
    says: 'a auth that is not text',
  },
  {
    what: 'a user name that is a list',
    source: dockerSecret({ 'quay.io': { ...GOOD, username: [USER] } }),
    says: 'a username that is not text',
  },
  { what: 'a registry without name', source: dockerSecret({ ' ': GOOD }), says: 'registry is empty' },
  {
    what: 'a registry with a login in it',
    source: dockerSecret({ [`https://${USER}:${PASSWORD}@quay.io`]: GOOD }),
    says: 'registry holds a login',
  },
  {
    what: 'a registry with a login in it, beside the one that is wanted',
    source: dockerSecret({ [`${USER}:${PASSWORD}@quay.io`]: GOOD, 'ghcr.io': GOOD }),
    registry: 'docker.io',
    says: 'registry holds a login',
  },
  {
    what: 'a registry with a line break in it',
    source: dockerSecret({ 'quay.io\nINFO': GOOD }),
    says: 'control character',
  },
  {
    what: 'a registry with a token in its query',
    source: dockerSecret({ [`https://quay.io/?token=${PASSWORD}`]: GOOD }),
    says: 'a query',
  },
  {
    what: 'one bad entry among good ones',
    source: dockerSecret({ 'ghcr.io': GOOD, 'quay.io': {} }),
    says: 'its entry for quay.io',
  },
  {
    what: 'no entry for the registry',
    source: dockerSecret({ 'ghcr.io': GOOD }),
    registry: 'quay.io',
    says: 'no entry for the registry quay.io; it has ghcr.io',
  },
  {
    what: 'a login without registry',
    source: secret(BASIC_AUTH_TYPE, { username: USER, password: PASSWORD }),
    says: 'needs spec.credentials[].registry',
  },
  {
    what: 'a login without password',
    source: secret(BASIC_AUTH_TYPE, { username: USER }),
    registry: 'quay.io',
    says: 'lacks username or password',
  },
  {
    what: 'a login with an empty user name',
    source: secret(BASIC_AUTH_TYPE, { username: '', password: PASSWORD }),
    registry: 'quay.io',
    says: 'lacks username or password',
  },
  ...['Opaque', 'kubernetes.io/tls', 'kubernetes.io/service-account-token', undefined].map((type): BadSource => ({
    what: `type ${type ?? 'absent'}`,
    source: secret(type, { [DOCKER_CONFIG_JSON_KEY]: JSON.stringify({ auths: { 'quay.io': GOOD } }) }),
    reason: 'SecretTypeUnsupported',
    says: `it has type ${type ?? 'Opaque'}; use ${DOCKER_CONFIG_JSON_TYPE}`,
  })),
];

describe('a source that cannot be used', () => {
  for (const { what, source, registry, reason = 'SecretInvalid', says } of cases) {
    it(`with ${what} is ${reason}, in words that quote nothing of it`, () => {
      const parsed = parseSource(source, registry);
      if (parsed.kind === 'entries') return expect.fail('it was taken');
      expect(parsed.reason).to.equal(reason);
      expect(parsed.message).to.include(says);
      for (const planted of PLANTED) expect(parsed.message).not.to.include(planted);
    });
  }

  it('never throws and never quotes it, wherever a good one is cut', () => {
    const whole = JSON.stringify({ auths: { 'quay.io': { username: USER, password: PASSWORD, auth: AUTH } } });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        const parsed = parseSource(dockerConfig(whole.slice(0, length)), undefined);
        expect(parsed.kind).to.equal('problem');
        expect(JSON.stringify(parsed)).not.to.match(/planted/);
      }),
    );
  });
});
