import { expect } from 'chai';
import type { Policy } from '../src/api/policy.ts';
import { coverageOf } from '../src/coverage.ts';
import type { Resolution } from '../src/credentials/sources/resolve.ts';
import type { AccountEntry, CopyEntry, NamespaceEntry } from '../src/credentials/slim.ts';
import {
  account,
  entry,
  fault,
  foreignCopy,
  marker,
  namespace,
  ownCopy,
  policy,
  resolution,
} from './credentials/build.ts';

const GHCR = resolution([entry('ghcr.io')]);

describe('what flow B is told of flow A', () => {
  let policies: Policy[];
  let resolved: Resolution;
  let team: NamespaceEntry;
  let copy: CopyEntry | undefined;
  let serviceAccount: AccountEntry | undefined;
  beforeEach(() => {
    [policies, resolved, team] = [[policy('a')], GHCR, namespace('team')];
    [copy, serviceAccount] = [ownCopy({ a: ['ghcr.io'] }), account('default')];
  });
  const coverage = coverageOf({
    policies: () => policies,
    resolution: () => resolved,
    namespace: (name) => (name === team.name ? team : undefined),
    account: () => serviceAccount,
    copy: (name, where) => (copy?.name === name && copy.namespace === where ? copy : undefined),
  });
  const first = () => {
    const [found] = coverage.policies();
    if (found === undefined) throw new Error('no policy');
    return found;
  };
  const served = (): string[] => ['ghcr.io', 'quay.io'].filter((registry) => first().registries.serve(registry));

  it('is of policies that are not being deleted', () => {
    policies = [policy('a'), policy('b', { deleting: true })];
    expect(coverage.policies().map(({ name }) => name)).to.deep.equal(['a']);
    policies = [];
    expect(coverage.policies()).to.deep.equal([]);
  });

  it('has the names and numbers of the spec', () => {
    policies = [policy('a', { spec: { rateLimit: { window: '1m30s', threshold: 4 } } })];
    expect(first()).to.include({ name: 'a', secretName: 'copy', windowMs: 90_000, threshold: 4 });
  });

  it('is the same answer as long as nothing that it is made of changes, and another one after that', () => {
    const before = first();
    policies = [policy('a', { resourceVersion: '2', status: { observedGeneration: 1 } })];
    expect(first()).to.equal(before);
    policies = [policy('a', { generation: 2, spec: { secret: { name: 'another' } } })];
    expect(first().secretName).to.equal('another');
    policies = [policy('a', { uid: 'made-again' })];
    expect(first().secretName).to.equal('copy');
  });

  it('follows its sources, and what the copies keep while one of them is broken', () => {
    expect(served()).to.deep.equal(['ghcr.io']);
    resolved = resolution([entry('quay.io')]);
    expect(served()).to.deep.equal(['quay.io']);
    const credentials = [{ registry: 'ghcr.io', source: 's', resourceVersion: '1' }];
    policies = [policy('a', { status: { credentials } })];
    expect(served()).to.deep.equal(['quay.io']);
    resolved = resolution([], { faults: [fault] });
    expect(served()).to.deep.equal(['ghcr.io']);
    policies = [policy('a')];
    expect(served()).to.deep.equal([]);
  });

  it('follows the labels of namespaces, and knows none that is not there', () => {
    policies = [policy('a', { spec: { namespaces: { selector: { matchLabels: { pull: 'yes' } } } } })];
    const covers = () => [first().covers('team'), first().covers('absent')];
    expect(covers()).to.deep.equal([false, false]);
    team = namespace('team', { labels: { pull: 'yes' } });
    expect([covers(), covers()]).to.deep.equal([
      [true, false],
      [true, false],
    ]);
    team = namespace('team');
    expect(covers()).to.deep.equal([false, false]);
  });

  it('knows what a copy holds from its record, and of a foreign Secret nothing', () => {
    const fed = (image: string, where = 'team') => coverage.copyIn(where, 'copy')?.sentFor(image);
    expect([fed('ghcr.io/x'), fed('quay.io/x'), fed('ghcr.io/x', 'elsewhere')]).to.deep.equal([['a'], [], undefined]);
    copy = ownCopy({ a: ['ghcr.io'], b: ['quay.io'] });
    expect([fed('ghcr.io/x'), fed('quay.io/x')]).to.deep.equal([['a'], ['b']]);
    const labels = {};
    for (const other of [foreignCopy(), foreignCopy({ ...marker({ a: ['ghcr.io'] }), labels }), undefined]) {
      copy = other;
      expect(coverage.copyIn('team', 'copy')).to.equal(undefined);
    }
  });

  it('knows ServiceAccounts by what selects them, and by their entries', () => {
    serviceAccount = account('default', { pullSecrets: [{ name: 'own' }, {}, { name: 'copy' }] });
    expect(coverage.pullSecretsOf('team', 'default')).to.deep.equal(['own', 'copy']);
    expect(first().selectsServiceAccount('team', 'default')).to.equal(true);
    serviceAccount = account('other');
    expect(first().selectsServiceAccount('team', 'other')).to.equal(false);
    serviceAccount = undefined;
    expect(coverage.pullSecretsOf('team', 'default')).to.equal(undefined);
    expect(first().selectsServiceAccount('team', 'default')).to.equal(false);
  });
});
