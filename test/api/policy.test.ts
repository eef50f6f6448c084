import { expect } from 'chai';
import type { NamespaceSelection, ServiceAccountSelection } from '../../src/api/generated.ts';
import { namespaceName } from '../../src/api/keys.ts';
import {
  byAge,
  hasFinalizer,
  recordedSecretNames,
  secretNamesOf,
  selectsNamespace,
  selectsServiceAccount,
  sourcesOf,
  toPolicy,
} from '../../src/api/policy.ts';
import { CLEANUP_FINALIZER } from '../../src/names.ts';
import { policy } from '../credentials/build.ts';
import { items, table } from '../table.ts';

const tagged = { matchLabels: { tier: 'prod' } };

describe('selectsNamespace', () => {
  const cases = table(
    'selector | include | exclude   | namespace   | selected',
    '-        | -       | -         | team-a      | yes',
    '-        | team-*  | -         | team-a      | yes',
    '-        | team-*  | -         | other       | no',
    '-        | x,team-*| -         | team-a      | yes',
    '-        | -       | kube-*    | kube-system | no',
    '-        | -       | kube-*    | team-a      | yes',
    '-        | team-*  | team-a    | team-a      | no',
    '-        | team-*  | x,team-a  | team-b      | yes',
    'prod     | -       | -         | team-a      | no',
    'prod     | -       | -         | team-a+     | yes',
    'prod     | team-*  | -         | other+      | no',
    'prod     | team-*  | -         | team-a+     | yes',
    'prod     | -       | team-*    | team-a+     | no',
  );
  for (const row of cases) {
    it(row.title, () => {
      const namespaces: NamespaceSelection = {
        ...(row.selector === 'prod' && { selector: tagged }),
        include: items(row.include),
        exclude: items(row.exclude),
      };
      const labels: Record<string, string> = row.namespace.endsWith('+') ? { tier: 'prod' } : {};
      const namespace = { name: row.namespace.replace('+', ''), labels };
      expect(selectsNamespace(policy('p', { spec: { namespaces } }), namespace)).to.equal(row.selected === 'yes');
    });
  }

  it('takes every namespace where the policy says nothing', () => {
    expect(selectsNamespace(policy('p'), { name: 'any', labels: {} })).to.equal(true);
  });
});

describe('selectsServiceAccount', () => {
  const cases = table(
    'names       | selector | account  | selected',
    'default     | -        | default  | yes',
    'default     | -        | builder  | no',
    'build*      | -        | builder  | yes',
    'default     | prod     | builder  | no',
    'default     | prod     | builder+ | yes',
    '-           | prod     | default  | no',
    '-           | prod     | default+ | yes',
    // An absent selector selects nothing here, an empty one everything.
    '-           | -        | default  | no',
    '-           | empty    | default  | yes',
  );
  for (const row of cases) {
    it(row.title, () => {
      const selector = { prod: tagged, empty: {} }[row.selector];
      const serviceAccounts: ServiceAccountSelection = {
        names: items(row.names),
        ...(selector !== undefined && { selector }),
      };
      const labels: Record<string, string> = row.account.endsWith('+') ? { tier: 'prod' } : {};
      const account = { name: row.account.replace('+', ''), labels };
      expect(selectsServiceAccount(policy('p', { spec: { serviceAccounts } }), account)).to.equal(
        row.selected === 'yes',
      );
    });
  }
});

describe('byAge', () => {
  it('puts the older first, and goes by the name where they are of the same second', () => {
    const created = (name: string, day: number) => ({
      ...policy(name),
      created: `2026-01-0${day.toString()}T00:00:00Z`,
    });
    const sorted = [created('c', 2), created('b', 2), created('d', 1), created('a', 3)].sort(byAge);
    expect(sorted.map(({ name }) => name)).to.deep.equal(['d', 'b', 'c', 'a']);
    expect(byAge(created('a', 1), created('a', 1))).to.equal(0);
  });
});

describe('the names of a policy', () => {
  it('are what it records and what it asks for', () => {
    const renamed = policy('p', { spec: { secret: { name: 'new' } }, status: { secretNames: ['old'] } });
    expect([...secretNamesOf(renamed)]).to.have.members(['old', 'new']);
    expect(recordedSecretNames(renamed)).to.deep.equal(['old']);
    expect(recordedSecretNames(policy('p', { status: {} }))).to.deep.equal([]);
  });

  it("of its sources lie in the operator's namespace unless it says otherwise", () => {
    const credentials = [{ secretRef: { name: 'a' } }, { secretRef: { name: 'b', namespace: 'vault' } }];
    expect(sourcesOf(policy('p', { spec: { credentials } }), namespaceName('rco'))).to.deep.equal(['rco/a', 'vault/b']);
  });
});

describe('toPolicy', () => {
  const { spec } = policy('p');

  it('takes what decides, and nothing else', () => {
    const metadata = {
      name: 'p',
      uid: 'u',
      resourceVersion: '5',
      generation: 2,
      creationTimestamp: '2026-01-01T00:00:00Z',
      deletionTimestamp: '2026-01-02T00:00:00Z',
      finalizers: [CLEANUP_FINALIZER],
      labels: { a: 'b' },
    };
    const slim = toPolicy({ metadata, spec, status: { observedGeneration: 1 } });
    expect(slim).to.deep.equal({
      name: 'p',
      uid: 'u',
      resourceVersion: '5',
      generation: 2,
      created: '2026-01-01T00:00:00Z',
      deleting: true,
      finalizers: [CLEANUP_FINALIZER],
      spec,
      status: { observedGeneration: 1 },
    });
    expect(hasFinalizer(slim)).to.equal(true);
  });

  it('takes a new one, which has no status yet', () => {
    const slim = toPolicy({ metadata: { name: 'p' }, spec });
    expect(slim).to.deep.include({ status: {}, finalizers: [], deleting: false });
    expect(hasFinalizer(slim)).to.equal(false);
  });
});
