import { expect } from 'chai';
import { policyName } from '../../../src/api/keys.ts';
import { kindOf, policiesFor, serves } from '../../../src/pulls/coverage/attribute.ts';
import { items, table } from '../../table.ts';
import { COPY, coverage, HUB_KEY, IMAGE, limited, pod, policy } from '../fixtures.ts';

describe('whom a failed pull concerns', () => {
  const cases = table(
    'key                          | registry              | served',
    'https://index.docker.io/v1/  | docker.io             | yes',
    'docker.io                    | docker.io             | yes',
    'registry-1.docker.io         | docker.io             | yes',
    'https://index.docker.io/v1   | docker.io             | yes',
    'https://ghcr.io              | ghcr.io               | yes',
    'ghcr.io/team                 | ghcr.io               | yes',
    'ghcr.io                      | quay.io               | no',
    'host.example.com:5000        | host.example.com:5000 | yes',
    'host.example.com             | host.example.com:5000 | no',
    '*.example.com                | a.example.com         | yes',
    '*.example.com                | a.b.example.com       | no',
    '*.example.com/team           | a.example.com         | yes',
    '*.example.com                | example.com           | no',
  );
  for (const { title, key, registry, served } of cases) {
    it(title, () => {
      expect(serves(policy({ keys: [key] }), registry)).to.equal(served === 'yes');
    });
  }

  it('is every policy that covers the namespace and holds a credential for the registry', () => {
    const policies = [
      policy({ name: policyName('a') }),
      policy({ name: policyName('b'), covers: (namespace) => namespace === 'other' }),
      policy({ name: policyName('c'), keys: ['ghcr.io'] }),
      policy({ name: policyName('d'), keys: ['ghcr.io', 'docker.io'] }),
      policy({ name: policyName('e'), keys: [] }),
    ];
    expect(policiesFor('ns', 'docker.io', coverage(policies)).map(({ name }) => name)).to.deep.equal(['a', 'd']);
  });
});

describe('as whom a pull was made', () => {
  const cases = table(
    'said      | pod refers to | key                  | kind      | inferred',
    'anonymous | ours          | hub                  | anonymous | no',
    'account   | -             | hub                  | account   | no',
    'abuse     | -             | hub                  | abuse     | no',
    'unknown   | ours          | hub                  | account   | yes',
    'unknown   | own,ours      | hub                  | account   | yes',
    'unknown   | -             | hub                  | anonymous | yes',
    'unknown   | own           | hub                  | anonymous | yes',
    'unknown   | ours          | registry-1.docker.io | anonymous | yes',
    'unknown   | ours          | ghcr.io              | anonymous | yes',
  );
  for (const row of cases) {
    it(row.title, () => {
      const secrets = items(row['pod refers to']).map((name) => (name === 'ours' ? COPY : name));
      const kind = (['anonymous', 'account', 'abuse', 'unknown'] as const).find((each) => each === row.said);
      const covering = coverage([policy({ keys: [row.key === 'hub' ? HUB_KEY : row.key] })]);
      expect(kindOf(limited({ kind: kind ?? 'unknown', image: IMAGE }), pod({ secrets }), covering)).to.deep.equal({
        kind: row.kind,
        inferred: row.inferred === 'yes',
      });
    });
  }

  it('is not the account of a policy that does not cover the namespace', () => {
    const elsewhere = coverage([policy({ covers: () => false })]);
    expect(kindOf(limited(), pod({ secrets: [COPY] }), elsewhere).kind).to.equal('anonymous');
  });
});
