import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AuthEntry,
  decodeBase64,
  encodeBase64,
  parseSource,
  readDockerConfig,
  renderDockerConfig,
} from '../../../src/credentials/sources/docker-config.ts';
import { DOCKER_HUB_KEY } from '../../../src/registry/key.ts';
import { BASIC_AUTH_TYPE, DOCKER_CFG_KEY, DOCKER_CFG_TYPE } from '../../../src/names.ts';
import { table } from '../../table.ts';
import { base64, dockerSecret, secret } from '../build.ts';

const AUTH = base64('robot:hunter2');

/** The entries of a source that can be used. */
function entriesOf(source: ReturnType<typeof secret>, registry?: string): readonly AuthEntry[] {
  const parsed = parseSource(source, registry);
  if (parsed.kind === 'problem') throw new Error(parsed.message);
  return parsed.entries;
}

describe('parseSource', () => {
  it('takes every entry of a docker config as it was written, unknown fields too', () => {
    const fields = { auth: AUTH, identitytoken: 'token', 'x-anything': { deep: [1] } };
    expect(entriesOf(dockerSecret({ 'https://ghcr.io/v2/': fields, 'quay.io': { auth: AUTH } }))).to.deep.equal([
      { key: 'https://ghcr.io/v2/', fields },
      { key: 'quay.io', fields: { auth: AUTH } },
    ]);
  });

  it('takes the legacy type, which has no auths around its entries', () => {
    const legacy = secret(DOCKER_CFG_TYPE, { [DOCKER_CFG_KEY]: JSON.stringify({ 'quay.io': { auth: AUTH } }) });
    expect(entriesOf(legacy)).to.deep.equal([{ key: 'quay.io', fields: { auth: AUTH } }]);
  });

  it('takes a login and puts it under the key that works for Docker Hub', () => {
    const login = secret(BASIC_AUTH_TYPE, { username: 'robot', password: 'hunter2' });
    const fields = { username: 'robot', password: 'hunter2', auth: AUTH };
    expect(entriesOf(login, 'docker.io')).to.deep.equal([{ key: DOCKER_HUB_KEY, fields }]);
    expect(entriesOf(login, 'ghcr.io')).to.deep.equal([{ key: 'ghcr.io', fields }]);
  });

  it('fills in auth where there are username and password only, in UTF-8', () => {
    const [entry] = entriesOf(dockerSecret({ 'quay.io': { username: 'röbot', password: 'pass:wörd' } }));
    expect(entry?.fields['auth']).to.equal(base64('röbot:pass:wörd'));
  });

  it('leaves an auth as it is, whatever username and password say', () => {
    const fields = { auth: AUTH, username: 'other', password: 'other' };
    expect(entriesOf(dockerSecret({ 'quay.io': fields }))).to.deep.equal([{ key: 'quay.io', fields }]);
  });

  it('takes a token in the place of a password', () => {
    const fields = { username: '<token>', identitytoken: 'token' };
    expect(entriesOf(dockerSecret({ 'x.azurecr.io': fields }))).to.deep.equal([{ key: 'x.azurecr.io', fields }]);
  });

  describe('with a registry', () => {
    const both = dockerSecret({ 'https://index.docker.io/v1/': { auth: AUTH }, 'ghcr.io': { auth: 'not base64' } });
    const cases = table(
      'registry                    | entry',
      'docker.io                   | https://index.docker.io/v1/',
      'index.docker.io             | https://index.docker.io/v1/',
      'hub.docker.com              | https://index.docker.io/v1/',
      'https://index.docker.io/v1/ | https://index.docker.io/v1/',
      'quay.io                     | -',
    );
    for (const { registry, entry } of cases) {
      it(`${registry} takes ${entry === '-' ? 'nothing' : `only ${entry}`}`, () => {
        const parsed = parseSource(both, registry);
        if (parsed.kind === 'entries') expect(parsed.entries.map(({ key }) => key)).to.deep.equal([entry]);
        else expect([entry, parsed.reason]).to.deep.equal(['-', 'SecretInvalid']);
      });
    }
  });
});

describe('the login of an entry', () => {
  const cases = table(
    'auth                | decodes for the kubelet',
    'cm9ib3Q6aHVudGVyMg== | yes',
    'cm9ib3Q6aHVudGVyMg   | yes',
    'cm9ib3Q6aHVudGVy     | yes',
    'cm9ib3Q6aHVudGVyMTI= | yes',
    'cm9ib3Q6aHVudGVyMg=  | no',
    'cm9ib3Q6aHVudGVyM    | no',
    'cm9ib3Q6aHVudGVy==== | no',
    'cm9ib3Q6 aHVudGVy    | no',
    'cm9ib3Q6_HVudGVy     | no',
    'cm9ib3Q=             | no',
    '====                 | no',
  );
  for (const row of cases) {
    it(`${row.auth} is ${row['decodes for the kubelet'] === 'yes' ? 'taken' : 'refused'}`, () => {
      const { kind } = parseSource(dockerSecret({ 'quay.io': { auth: row.auth } }), undefined);
      expect(kind === 'entries' ? 'yes' : 'no').to.equal(row['decodes for the kubelet']);
    });
  }

  it('may be broken into lines, as some tools do', () => {
    expect(parseSource(dockerSecret({ 'quay.io': { auth: 'cm9ib3Q6\naHVudGVy\r\n' } }), undefined).kind).to.equal(
      'entries',
    );
  });

  it('comes back from its base64 whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeBase64(encodeBase64(text))).to.equal(text);
      }),
    );
  });
});

describe('renderDockerConfig', () => {
  const field = fc.oneof(fc.string(), fc.dictionary(fc.string(), fc.string()));
  const entries = fc.uniqueArray(fc.record({ key: fc.string(), fields: fc.dictionary(fc.string(), field) }), {
    selector: ({ key }) => key,
  });

  it('gives the same bytes for the same entries in any order', () => {
    const shuffled = entries.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, inOtherOrder]) => {
        expect(renderDockerConfig(inOtherOrder)).to.equal(renderDockerConfig(all));
      }),
    );
  });

  it('sorts the fields of entries too', () => {
    expect(renderDockerConfig([{ key: 'quay.io', fields: { username: 'a', auth: 'b', x: { z: 1, y: 2 } } }])).to.equal(
      '{"auths":{"quay.io":{"auth":"b","username":"a","x":{"y":2,"z":1}}}}',
    );
  });

  it('loses nothing: what it wrote is read back', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const read = readDockerConfig(secret('any', { '.dockerconfigjson': renderDockerConfig(all) }));
        const byKey = (list: readonly AuthEntry[]) =>
          JSON.stringify([...list].sort((a, b) => (a.key < b.key ? -1 : 1)));
        const plain = JSON.parse(renderDockerConfig(all)) as { auths: Record<string, Record<string, unknown>> };
        expect(byKey(read)).to.equal(byKey(Object.entries(plain.auths).map(([key, fields]) => ({ key, fields }))));
        expect(read.map(({ key }) => key)).to.have.members(all.map(({ key }) => key));
      }),
    );
  });
});

describe('readDockerConfig', () => {
  const cases = table(
    'content                         | keys',
    '{"auths":{"a.io":{},"b.io":{}}} | a.io b.io',
    '{"auths":{"a.io":{},"b.io":5}}  | a.io',
    '{"auths":[]}                    | -',
    '{}                              | -',
    'not json                        | -',
    '[]                              | -',
  );
  for (const { content, keys } of cases) {
    it(`finds ${keys} in ${content}`, () => {
      const found = readDockerConfig(secret('any', { '.dockerconfigjson': content })).map(({ key }) => key);
      expect(found.join(' ') || '-').to.equal(keys);
    });
  }

  it('finds nothing where there is no data', () => {
    expect(readDockerConfig({ metadata: { name: 'copy' } })).to.deep.equal([]);
  });
});
