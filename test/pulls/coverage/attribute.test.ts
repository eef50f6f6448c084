import { expect } from 'chai';
import { policyName } from '../../../src/api/keys.ts';
import { kindOf, policiesFor, refusedFor, sentFor } from '../../../src/pulls/coverage/attribute.ts';
import { items, table } from '../../table.ts';
import { COPY, coverage, HUB_KEY, IMAGE, limited, pod, policy } from '../fixtures.ts';

describe('whom a failed pull concerns', () => {
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

describe('whose credentials are sent with a pull', () => {
  const cases = table(
    'pod refers to | a feeds              | b feeds          | image              | sent',
    'ours          | hub                  | -                | harbourlight/x     | a',
    'own,ours      | hub                  | -                | harbourlight/x     | a',
    '-             | hub                  | -                | harbourlight/x     | -',
    'own           | hub                  | -                | harbourlight/x     | -',
    'ours          | registry-1.docker.io | -                | harbourlight/x     | -',
    'ours          | ghcr.io              | -                | harbourlight/x     | -',
    'ours          | ghcr.io/team-a       | ghcr.io/team-b   | ghcr.io/team-b/x   | b',
    'ours          | ghcr.io/team-a       | ghcr.io/team-b   | ghcr.io/team-a/x   | a',
    'ours          | ghcr.io/team-a       | ghcr.io/team-b   | ghcr.io/team-c/x   | -',
    'ours          | ghcr.io              | ghcr.io/team-b   | ghcr.io/team-b/x   | a,b',
    'ours          | docker.io            | hub              | harbourlight/x     | a',
    'ours          | docker.io/another    | hub              | harbourlight/x     | b',
  );
  for (const row of cases) {
    it(row.title, () => {
      const secrets = items(row['pod refers to']).map((name) => (name === 'ours' ? COPY : name));
      const feeding = (name: string, cell: string) =>
        policy({ name: policyName(name), keys: items(cell).map((key) => (key === 'hub' ? HUB_KEY : key)) });
      const covering = coverage([feeding('a', row['a feeds']), feeding('b', row['b feeds'])]);
      expect(sentFor(pod({ secrets }), row.image, covering)).to.deep.equal(items(row.sent));
    });
  }

  it('are those of two Secrets, where the pod refers to both', () => {
    const [b, a] = [policy({ name: policyName('b') }), policy({ name: policyName('a'), secretName: 'another' })];
    expect(sentFor(pod({ secrets: [COPY, 'another'] }), IMAGE, coverage([b, a]))).to.deep.equal(['a', 'b']);
  });

  it('are nobody\'s where the Secret of that name is no copy of ours', () => {
    const foreign = { ...coverage(), copyIn: () => undefined };
    expect(sentFor(pod({ secrets: [COPY] }), IMAGE, foreign)).to.deep.equal([]);
  });
});

describe('whose credentials a refusal is about', () => {
  const refused = (kind: 'anonymous' | 'unknown') =>
    refusedFor(limited({ outcome: 'credentials-refused', kind }), pod({ secrets: [COPY] }), coverage());

  it('are those that were sent, and none where the runtime says that it had no login', () => {
    expect(refused('unknown')).to.deep.equal(['hub']);
    expect(refused('anonymous')).to.deep.equal([]);
  });
});

describe('whose limit a pull met', () => {
  const KINDS = ['anonymous', 'account', 'abuse', 'unknown'] as const;
  const cases = table(
    'said      | registry           | credential reached it | kind      | inferred',
    'anonymous | docker.io          | yes                   | anonymous | no',
    'anonymous | ghcr.io            | yes                   | anonymous | no',
    'account   | docker.io          | no                    | account   | no',
    'account   | mirror.example.com | no                    | account   | no',
    'abuse     | docker.io          | yes                   | abuse     | no',
    'abuse     | ghcr.io            | no                    | abuse     | no',
    'unknown   | docker.io          | no                    | anonymous | yes',
    'unknown   | docker.io          | yes                   | account   | yes',
    'unknown   | ghcr.io            | no                    | anonymous | yes',
    'unknown   | ghcr.io            | yes                   | unknown   | yes',
    'unknown   | public.ecr.aws     | no                    | anonymous | yes',
    'unknown   | public.ecr.aws     | yes                   | unknown   | yes',
    'unknown   | quay.io            | yes                   | unknown   | yes',
    'unknown   | mcr.microsoft.com  | yes                   | unknown   | yes',
    'unknown   | registry.test:5000 | yes                   | unknown   | yes',
  );
  for (const row of cases) {
    it(row.title, () => {
      const { registry } = row;
      const [image, key] = registry === 'docker.io' ? [IMAGE, HUB_KEY] : [`${registry}/${IMAGE}`, registry];
      const secrets = row['credential reached it'] === 'yes' ? [COPY] : [];
      const kind = KINDS.find((each) => each === row.said) ?? 'unknown';
      expect(kindOf(limited({ kind, registry, image }), pod({ secrets }), coverage([policy({ keys: [key] })]))).to.deep.equal(
        { kind: row.kind, inferred: row.inferred === 'yes' },
      );
    });
  }
});
