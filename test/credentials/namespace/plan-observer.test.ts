import { expect } from 'chai';
import type { RegistryCredentialPolicySpec } from '../../../src/api/generated.ts';
import { planForObserver } from '../../../src/credentials/namespace/plan-observer.ts';
import type { Observed, Situation } from '../../../src/credentials/namespace/situation.ts';
import { type AccountEntry, type CopyEntry, hashContent } from '../../../src/credentials/slim.ts';
import { desiredCopy } from '../../../src/credentials/namespace/desired.ts';
import { table } from '../../table.ts';
import { account, contributor, foreignCopy, namespace, ownCopy, policy, situation } from '../build.ts';

const observing = (spec: Partial<RegistryCredentialPolicySpec> = {}) =>
  contributor(policy('p', { spec: { mode: 'Observe', ...spec } }), ['docker.io']);
const content = hashContent(desiredCopy([observing()])?.content ?? '');

const observed = (parts: Partial<Situation>, accounts: readonly AccountEntry[] = []): Observed => ({
  namespace: namespace('team'),
  accounts,
  situations: [situation(parts)],
  observers: [],
});

describe('the plan of a policy that observes', () => {
  const copies: Readonly<Record<string, { found?: CopyEntry; ownershipIfKnown: Situation['ownershipIfKnown'] }>> = {
    nothing: { ownershipIfKnown: 'absent' },
    foreign: { found: foreignCopy(), ownershipIfKnown: 'foreign' },
    'ours, as desired': { found: ownCopy({ p: ['docker.io'] }, { contentHash: content }), ownershipIfKnown: 'ours' },
    'ours, old': { found: ownCopy({ p: ['docker.io'] }), ownershipIfKnown: 'ours' },
    'ours, wrong type': { found: ownCopy({ p: ['docker.io'] }, { type: 'Opaque' }), ownershipIfKnown: 'ours' },
    'ours, terminating': { found: ownCopy({}, { terminating: true }), ownershipIfKnown: 'ours' },
  };
  const cases = table(
    'copy              | conflictPolicy | plan     | accounts',
    'nothing           | Fail           | create   | 1',
    'foreign           | Fail           | conflict | 0',
    'foreign           | Adopt          | adopt    | 1',
    'ours, as desired  | Fail           | -        | 1',
    'ours, old         | Fail           | update   | 1',
    'ours, wrong type  | Fail           | update   | 1',
    'ours, terminating | Fail           | -        | 0',
  );
  const accounts = [account('default'), account('default', { pullSecrets: [{ name: 'copy' }] }), account('another')];
  for (const row of cases) {
    it(row.title, () => {
      const observer = observing({ conflictPolicy: row.conflictPolicy === 'Adopt' ? 'Adopt' : 'Fail' });
      const { plan, accounts: counts } = planForObserver(observer, observed({ ...copies[row.copy] }, accounts));
      expect(plan).to.deep.equal({
        create: row.plan === 'create',
        update: row.plan === 'update',
        adopt: row.plan === 'adopt',
        conflict: row.plan === 'conflict',
        serviceAccounts: Number(row.accounts),
      });
      expect(counts).to.deep.equal({ matched: 2, patched: 1 });
    });
  }

  it('counts what the others contribute as well', () => {
    const other = contributor(policy('o'), ['ghcr.io']);
    const found = ownCopy({ o: ['ghcr.io'] }, { contentHash: hashContent(desiredCopy([other])?.content ?? '') });
    const { plan } = planForObserver(observing(), observed({ contributors: [other], found, ownershipIfKnown: 'ours' }));
    expect(plan?.update).to.equal(true);
  });

  it('is missing where the name must be left alone', () => {
    expect(planForObserver(observing(), observed({ open: false })).plan).to.equal(undefined);
    expect(planForObserver(observing({ secret: { name: 'other' } }), observed({})).plan).to.equal(undefined);
  });
});
