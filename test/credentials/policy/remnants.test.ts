import { expect } from 'chai';
import type { Policy } from '../../../src/api/policy.ts';
import { remnantsOf, unknownNames } from '../../../src/credentials/policy/remnants.ts';
import { table } from '../../table.ts';
import { account, namespace, ownCopy, policy } from '../build.ts';
import { type Cluster, viewOf } from '../view.ts';

const deleted = policy('p', { deleting: true });
const recorded = account('default', { recorded: ['copy'], pullSecrets: [{ name: 'copy' }] });

const remnants = (of: Policy, cluster: Cluster): readonly string[] =>
  remnantsOf(of, viewOf({ namespaces: [namespace('team')], policies: [of], ...cluster })).map(
    ({ kind, namespace: where, name }) => `${kind} ${where}/${name}`,
  );

describe('what remains of a policy', () => {
  it('is every copy that it feeds and every entry that is recorded', () => {
    const copies = [ownCopy({ p: ['docker.io'] })];
    expect(remnants(deleted, { copies, accounts: [recorded] })).to.deep.equal([
      'Secret team/copy',
      'ServiceAccount team/default',
    ]);
  });

  it('is nothing while it lives and keeps its name', () => {
    expect(remnants(policy('p'), { copies: [ownCopy({ p: [] })], accounts: [recorded] })).to.deep.equal([]);
  });

  it('is what lies under the names that it had before', () => {
    const renamed = policy('p', { spec: { secret: { name: 'new' } }, status: { secretNames: ['copy', 'new'] } });
    const copies = [ownCopy({ p: [] }), ownCopy({ p: [] }, { name: 'new' })];
    expect(remnants(renamed, { copies, accounts: [recorded] })).to.deep.equal([
      'Secret team/copy',
      'ServiceAccount team/default',
    ]);
  });

  const cases = table(
    'it is                        | remains',
    'fed by p                     | yes',
    'fed by p and another         | yes',
    'fed by another               | no',
    'without our label            | no',
    'in a namespace that ends     | no',
    'in a namespace that is gone  | no',
  );
  for (const row of cases) {
    it(`a copy ${row['it is']}: ${row.remains}`, () => {
      const is = row['it is'];
      const fed = is === 'fed by another' ? { q: [] } : is === 'fed by p and another' ? { p: [], q: [] } : { p: [] };
      const copy = ownCopy(fed, is === 'without our label' ? { labels: {} } : {});
      const namespaces = is.endsWith('gone') ? [] : [namespace('team', { terminating: is.endsWith('ends') })];
      expect(remnants(deleted, { namespaces, copies: [copy] })).to.have.lengthOf(row.remains === 'yes' ? 1 : 0);
    });
  }
});

describe('an entry of a policy that is being deleted', () => {
  it('is no remnant where the policy neither asks for it nor feeds a copy: anybody could forge it', () => {
    const elsewhere = policy('p', { deleting: true, spec: { namespaces: { include: ['other'] } } });
    expect(remnants(elsewhere, { accounts: [recorded] })).to.deep.equal([]);
    expect(remnants(elsewhere, { copies: [ownCopy({ p: [] })], accounts: [recorded] })).to.deep.equal([
      'Secret team/copy',
      'ServiceAccount team/default',
    ]);
  });

  it('is no remnant beside an orphaned copy: it is left alone with it', () => {
    expect(remnants(deleted, { copies: [ownCopy({ nobody: [] })], accounts: [recorded] })).to.deep.equal([]);
    expect(remnants(deleted, { copies: [ownCopy({ p: [] })], accounts: [recorded] })).to.have.lengthOf(2);
  });

  const elsewhere = { namespaces: { include: ['elsewhere'] } };
  const others: Readonly<Record<string, Policy>> = {
    'asks for it here': policy('q'),
    'asks for it elsewhere': policy('q', { spec: elsewhere }),
    'is being deleted too': policy('q', { deleting: true }),
    // Nobody would be left to remove the entry.
    'never wrote anything': policy('q', { status: {}, finalizers: [], spec: { mode: 'Observe' } }),
    'observes what it fed': policy('q', { spec: { mode: 'Observe', ...elsewhere } }),
    'was renamed away': policy('q', { spec: { secret: { name: 'new' } }, status: { secretNames: ['copy', 'new'] } }),
  };
  const cases = table(
    'another policy        | feeds the copy | the entry remains of the deleted one',
    'asks for it here      | yes            | no',
    'asks for it here      | no             | no',
    'asks for it elsewhere | no             | yes',
    'is being deleted too  | yes            | yes',
    'never wrote anything  | no             | yes',
    'observes what it fed  | yes            | no',
    'was renamed away      | yes            | no',
    'was renamed away      | no             | yes',
  );
  for (const row of cases) {
    it(row.title, () => {
      const other = others[row['another policy']];
      expect(other).not.to.equal(undefined);
      const policies = other === undefined ? [deleted] : [deleted, other];
      const copies = row['feeds the copy'] === 'yes' ? [ownCopy({ q: [] })] : [];
      const rest = remnants(deleted, { policies, copies, accounts: [recorded] });
      expect(rest).to.have.lengthOf(row['the entry remains of the deleted one'] === 'yes' ? 1 : 0);
    });
  }

  it('remains only while it is recorded', () => {
    const theirs = account('default', { pullSecrets: [{ name: 'copy' }] });
    const retained = account('default', { pullSecrets: [{ name: 'copy' }], retained: ['copy'] });
    expect(remnants(deleted, { accounts: [theirs, retained] })).to.deep.equal([]);
  });

  it('is never taken for done by two policies that were renamed away together', () => {
    const renamed = (name: string) =>
      policy(name, { spec: { secret: { name: 'new' } }, status: { secretNames: ['copy', 'new'] } });
    const [p, q] = [renamed('p'), renamed('q')];
    const cluster = { policies: [p, q], accounts: [recorded] };
    expect([...remnants(p, cluster), ...remnants(q, cluster)]).not.to.deep.equal([]);
  });
});

describe('unknownNames', () => {
  it('are the recorded names whose watch gives no answer', () => {
    const p = policy('p', { status: { secretNames: ['copy', 'old'] } });
    expect(unknownNames(p, viewOf({ policies: [p], blind: ['old', 'another'] }))).to.deep.equal(['old']);
  });
});
