import { expect } from 'chai';
import type { Credential } from '../../../src/api/generated.ts';
import { namespaceName } from '../../../src/api/keys.ts';
import type { Secret } from '../../../src/api/objects.ts';
import { MAX_SECRET_BYTES, resolve, type SourceState } from '../../../src/credentials/sources/resolve.ts';
import { BASIC_AUTH_TYPE } from '../../../src/names.ts';
import { table } from '../../table.ts';
import { base64, dockerSecret, marker, policy, secret } from '../build.ts';

const OWN = namespaceName('rco');
const found = (source: Secret): SourceState => ({ kind: 'found', secret: source });
const auth = (login: string) => ({ auth: base64(login) });
const hub = found(dockerSecret({ 'docker.io': auth('hub:1') }));

/** @param sources what is known, by `namespace/name` or by the name in the operator's namespace */
function resolved(credentials: readonly (string | Credential)[], sources: Readonly<Record<string, SourceState>>) {
  const refs = credentials.map((each) => (typeof each === 'string' ? { secretRef: { name: each } } : each));
  return resolve(policy('p', { spec: { credentials: refs } }), OWN, (key) => {
    return sources[key] ?? sources[key.replace(/^rco\//, '')] ?? { kind: 'absent' };
  });
}

describe('resolve', () => {
  const states: Readonly<Record<string, SourceState>> = {
    good: hub,
    pending: { kind: 'pending' },
    absent: { kind: 'absent' },
    'not-allowed': { kind: 'not-allowed' },
    forbidden: { kind: 'forbidden', message: 'the operator may not read it' },
    'bad type': found(secret('Opaque', {})),
    broken: found(dockerSecret({})),
    'our own copy': found({ ...dockerSecret({ 'docker.io': auth('hub:1') }), metadata: { name: 'x', ...marker({}) } }),
  };
  const cases = table(
    'source       | entries | reason                | pending',
    'good         | 1       | -                     | no',
    'pending      | 0       | -                     | yes',
    'absent       | 0       | SecretNotFound        | no',
    'not-allowed  | 0       | NamespaceNotAllowed   | no',
    'forbidden    | 0       | Forbidden             | no',
    'bad type     | 0       | SecretTypeUnsupported | no',
    'broken       | 0       | SecretInvalid         | no',
    'our own copy | 0       | SecretInvalid         | no',
  );
  for (const { title, source, entries, reason, pending } of cases) {
    it(title, () => {
      const state = states[source];
      const result = resolved(['source'], state === undefined ? {} : { source: state });
      expect(result.entries).to.have.length(Number(entries));
      expect(result.faults.map((fault) => fault.reason)).to.deep.equal(reason === '-' ? [] : [reason]);
      expect(result.pending).to.equal(pending === 'yes');
    });
  }

  it('names the source in every sentence', () => {
    for (const name of ['absent', 'not-allowed', 'bad type', 'broken', 'our own copy']) {
      const state = states[name];
      const { faults } = resolved(['docker-hub'], state === undefined ? {} : { 'docker-hub': state });
      expect(faults[0]?.message).to.include('rco/docker-hub');
    }
  });

  it("looks in the operator's own namespace unless the policy names another", () => {
    const credential = { secretRef: { name: 'docker-hub', namespace: 'vault' } };
    expect(resolved([credential], { 'vault/docker-hub': hub }).entries[0]?.source).to.equal('vault/docker-hub');
    expect(resolved(['docker-hub'], { 'rco/docker-hub': hub }).entries[0]?.source).to.equal('rco/docker-hub');
  });

  it('keeps what the other sources give beside a broken one', () => {
    const result = resolved(['gone', 'hub'], { hub });
    expect(result.entries.map(({ registry }) => registry)).to.deep.equal(['index.docker.io']);
    expect(result.faults.map(({ source }) => source)).to.deep.equal(['rco/gone']);
  });

  it('lets the first stand where a registry is named twice, however it is spelt', () => {
    const other = found(dockerSecret({ 'https://index.docker.io/v1/': auth('other:2'), 'ghcr.io': auth('gh:3') }));
    const result = resolved(['hub', 'other'], { hub, other });
    expect(result.entries.map(({ key }) => key)).to.deep.equal(['docker.io', 'ghcr.io']);
    expect(result.duplicates).to.deep.equal(['index.docker.io']);
    expect(result.faults).to.deep.equal([]);
  });

  it('gives a login the registry that the policy names', () => {
    const source = found(secret(BASIC_AUTH_TYPE, { username: 'a', password: 'b' }));
    const credential = { secretRef: { name: 'source' }, registry: 'quay.io' };
    expect(resolved([credential], { source }).entries[0]).to.include({ key: 'quay.io', sourceResourceVersion: '7' });
  });

  it('tells of keys that the kubelet can never match, and keeps them', () => {
    const source = found(dockerSecret({ 'hub.docker.com': auth('hub:1') }));
    const { entries, deadKeys } = resolved(['source'], { source });
    expect(entries).to.have.length(1);
    expect(deadKeys[0]).to.include('hub.docker.com');
  });

  it('refuses more than a Secret holds', () => {
    const big = (key: string) =>
      found(dockerSecret({ [key]: { ...auth('a:b'), note: 'x'.repeat(MAX_SECRET_BYTES / 2) } }));
    expect(resolved(['a'], { a: big('a.io') }).faults).to.deep.equal([]);
    const { faults } = resolved(['a', 'b'], { a: big('a.io'), b: big('b.io') });
    expect(faults.map(({ reason }) => reason)).to.deep.equal(['SecretInvalid']);
    expect(faults[0]?.message).to.include(MAX_SECRET_BYTES.toString());
  });
});

describe('the fingerprint of a resolution', () => {
  const fingerprint = (source: SourceState): string => resolved(['source'], { source }).fingerprint;
  const before = fingerprint(hub);
  const cases: Readonly<Record<string, { source: SourceState; same: boolean }>> = {
    'a new resourceVersion alone': {
      source: found({
        ...dockerSecret({ 'docker.io': auth('hub:1') }),
        metadata: { name: 'x', resourceVersion: '99' },
      }),
      same: true,
    },
    'another password': { source: found(dockerSecret({ 'docker.io': auth('hub:2') })), same: false },
    'another key': { source: found(dockerSecret({ 'index.docker.io': auth('hub:1') })), same: false },
    'one more entry': { source: found(dockerSecret({ 'docker.io': auth('hub:1'), 'a.io': auth('a:b') })), same: false },
    'a fault': { source: { kind: 'absent' }, same: false },
  };
  for (const [what, { source, same }] of Object.entries(cases)) {
    it(`${same ? 'stays with' : 'changes with'} ${what}`, () => {
      expect(fingerprint(source) === before).to.equal(same);
    });
  }

  it('stays when the source is written in another order', () => {
    const one = found(dockerSecret({ 'a.io': { username: 'u', password: 'p' }, 'b.io': auth('b:b') }));
    const other = found(dockerSecret({ 'b.io': auth('b:b'), 'a.io': { password: 'p', username: 'u' } }));
    expect(fingerprint(other)).to.equal(fingerprint(one));
  });
});
