import { expect } from 'chai';
import { sensitiveValues } from '../../../src/credentials/sources/sensitive.ts';
import {
  BASIC_AUTH_TYPE,
  DOCKER_CFG_KEY,
  DOCKER_CFG_TYPE,
  DOCKER_CONFIG_JSON_KEY,
  DOCKER_CONFIG_JSON_TYPE,
} from '../../../src/names.ts';
import { Redactor } from '../../../src/telemetry/redact.ts';
import { base64, dockerSecret, secret } from '../build.ts';

const [USER, PASSWORD] = ['planted-user', 'planted-password'];
const AUTH = base64(`${USER}:${PASSWORD}`);
const sources = {
  'a docker config': dockerSecret({ 'quay.io': { auth: AUTH, email: 'someone@example.com' } }),
  'a docker config with password': dockerSecret({ 'quay.io': { username: USER, password: PASSWORD } }),
  'a legacy docker config': secret(DOCKER_CFG_TYPE, {
    [DOCKER_CFG_KEY]: JSON.stringify({ 'quay.io': { auth: AUTH } }),
  }),
  'a login': secret(BASIC_AUTH_TYPE, { username: USER, password: PASSWORD }),
};

describe('sensitiveValues', () => {
  for (const [what, source] of Object.entries(sources)) {
    it(`finds every form of the credential in ${what}, and the user name apart`, () => {
      const { secrets, userNames } = sensitiveValues(source);
      expect(secrets).to.include.members([PASSWORD, AUTH, ...Object.values(source.data ?? {})]);
      expect(userNames).to.deep.equal([USER]);
    });
  }

  it('leaves an e-mail address readable', () => {
    expect(sensitiveValues(sources['a docker config']).secrets).not.to.include('someone@example.com');
  });

  it('takes every token and every unknown field for a secret, however deep', () => {
    const { secrets } = sensitiveValues(
      dockerSecret({ 'quay.io': { identitytoken: 'token-1', more: [{ deep: 'token-2' }] } }),
    );
    expect(secrets).to.include.members(['token-1', 'token-2', base64('token-1')]);
  });

  it('takes every long word for a secret where the text does not parse', () => {
    const broken = secret(DOCKER_CONFIG_JSON_TYPE, {
      [DOCKER_CONFIG_JSON_KEY]: `{"auths":{"quay.io":{"password":"${PASSWORD}`,
    });
    expect(sensitiveValues(broken).secrets).to.include(PASSWORD);
  });

  it('finds a credential inside of quoted JSON, as JavaScript and as Go write it', () => {
    const odd = 'pa"ss\\wo<rd>&more';
    const { secrets } = sensitiveValues(dockerSecret({ 'quay.io': { username: USER, password: odd } }));
    const quoted = JSON.stringify(odd).slice(1, -1);
    const byGo = quoted.replace('<', '\\u003c').replace('>', '\\u003e').replace('&', '\\u0026');
    expect(secrets).to.include.members([odd, quoted, byGo]);
  });

  it('finds nothing in a Secret without data', () => {
    expect(sensitiveValues({ metadata: { name: 'x' } })).to.deep.equal({ secrets: [], userNames: [] });
  });

  it('gives a redactor what it needs', () => {
    for (const [what, source] of Object.entries(sources)) {
      const redactor = new Redactor();
      const { secrets, userNames } = sensitiveValues(source);
      redactor.learn(secrets, userNames);
      const said = `denied: ${USER} with ${PASSWORD}, ${AUTH} in ${JSON.stringify(source.data)}`;
      for (const planted of [USER, PASSWORD, AUTH, ...Object.values(source.data ?? {})])
        expect(redactor.redactForeign(said), what).not.to.include(planted);
    }
  });
});
