import { expect } from 'chai';
import { policyName, secretName } from '../../../src/api/keys.ts';
import { desiredCopy } from '../../../src/credentials/namespace/desired.ts';
import type { Grown, GrownState } from '../../../src/credentials/namespace/grow-copies.ts';
import type { Failure, WriteResult } from '../../../src/credentials/namespace/outcome.ts';
import { outcomesOf, versionOf } from '../../../src/credentials/namespace/outcomes.ts';
import type { Departure } from '../../../src/credentials/namespace/shrink-copies.ts';
import type { Observed } from '../../../src/credentials/namespace/situation.ts';
import type { AccountOutcome } from '../../../src/credentials/namespace/write-accounts.ts';
import { items, table } from '../../table.ts';
import { account, contributor, namespace, policy, resolution, situation } from '../build.ts';

const failure = (reason: Failure['reason']): Failure => ({
  kind: 'failed',
  reason,
  message: reason,
  retry: 'back-off',
});
const p = contributor(policy('p'), ['docker.io']);

const nothing: Observed = { namespace: namespace('team'), accounts: [], situations: [], observers: [] };
const copyOf = (parts: Partial<Grown>, state: GrownState): Grown => ({
  situation: situation({ ownership: 'ours', contributors: [p] }),
  desired: desiredCopy([p]),
  usable: true,
  hollow: false,
  ...parts,
  state,
});
const copies = (...all: readonly Grown[]) => new Map(all.map((copy) => [copy.situation.name, copy]));

/** Reads `+` (has the entry), `-` (lacks it), `!` (its write failed), `x` (is not selected). */
function accountsOf(cell: string): readonly AccountOutcome[] {
  return items(cell.replace('none', '')).flatMap((form, index) => {
    if (form === '') return [];
    const each = account(form === 'x' ? `x${index.toString()}` : 'default', {
      pullSecrets: form === '+' ? [{ name: 'copy' }] : [],
    });
    const result: WriteResult = form === '!' ? failure('Rejected') : { kind: 'unchanged' };
    return [{ account: each, result }];
  });
}

describe('how a contributor stands in a namespace', () => {
  const states: Readonly<Record<string, GrownState>> = {
    'in-place': { kind: 'in-place' },
    waiting: { kind: 'waiting' },
    closed: { kind: 'closed' },
    failed: failure('Conflict'),
  };
  const cases = table(
    'copy     | accounts | state    | patched',
    'in-place | none     | synced   | 0/0',
    'in-place | +,+      | synced   | 2/2',
    'in-place | +,x      | synced   | 1/1',
    'in-place | +,~      | pending  | 1/2',
    'in-place | +,!      | Rejected | 1/2',
    'waiting  | +        | pending  | 1/1',
    'closed   | +        | pending  | 1/1',
    'failed   | +        | Conflict | 1/1',
    'failed   | !        | Conflict | 0/1',
  );
  for (const row of cases) {
    it(row.title, () => {
      const grown = copies(copyOf({}, states[row.copy] ?? { kind: 'idle' }));
      const outcome = outcomesOf(nothing, grown, accountsOf(row.accounts), []).get(policyName('p'));
      const state = outcome?.state;
      expect(state?.kind === 'failed' ? state.reason : state?.kind).to.equal(row.state);
      expect(`${String(outcome?.accounts.patched)}/${String(outcome?.accounts.matched)}`).to.equal(row.patched);
    });
  }

  it('is told with the failure of a shared Secret, every one of them', () => {
    const q = contributor(policy('q'), ['ghcr.io']);
    const shared = copyOf({ situation: situation({ contributors: [p, q] }) }, failure('Conflict'));
    const outcomes = outcomesOf(nothing, copies(shared), [], []);
    expect([...outcomes.values()].map(({ state }) => state.kind)).to.deep.equal(['failed', 'failed']);
  });

  it('names the registries in whose place an older entry stands, and is synced all the same', () => {
    const q = contributor(policy('q'), ['docker.io']);
    const shared = copyOf(
      { situation: situation({ contributors: [p, q] }), desired: desiredCopy([p, q]) },
      { kind: 'in-place' },
    );
    const outcome = outcomesOf(nothing, copies(shared), [], []).get(policyName('q'));
    expect(outcome?.shadowed).to.deep.equal(['index.docker.io']);
    expect(outcome?.state.kind).to.equal('synced');
  });

  it('is told under its new name alone while it lingers under the old one', () => {
    const renamed = policy('p', { spec: { secret: { name: 'new' } } });
    const lingering = contributor(renamed, ['docker.io']);
    const old = copyOf(
      { situation: situation({ contributors: [lingering], lingering: [renamed] }) },
      failure('Contended'),
    );
    const fresh = copyOf(
      { situation: situation({ name: secretName('new'), contributors: [lingering] }) },
      { kind: 'in-place' },
    );
    for (const order of [copies(old, fresh), copies(fresh, old)])
      expect(outcomesOf(nothing, order, [], []).get(policyName('p'))?.state.kind).to.equal('synced');
  });
});

describe('how others stand there', () => {
  const leaving = (result: WriteResult): readonly Departure[] => [
    { name: secretName('copy'), leavers: [policy('l')], result },
  ];

  it('a policy that cannot leave says why, under no version', () => {
    const outcome = outcomesOf(nothing, copies(), [], leaving(failure('Terminating'))).get(policyName('l'));
    expect(outcome).to.include({ version: '' });
    expect(outcome?.state).to.include({ reason: 'Terminating' });
  });

  it('a policy that has left says nothing', () => {
    for (const kind of ['written', 'gone', 'stale'] as const)
      expect(outcomesOf(nothing, copies(), [], leaving({ kind })).size).to.equal(0);
  });

  it('a policy that observes has looked', () => {
    const observer = contributor(policy('o', { spec: { mode: 'Observe' } }), ['docker.io']);
    const observed = { ...nothing, situations: [situation()], observers: [observer] };
    const outcome = outcomesOf(observed, copies(), [], []).get(policyName('o'));
    expect(outcome?.state.kind).to.equal('observed');
    expect(outcome?.plan?.create).to.equal(true);
  });

  it('a policy that is carried along, but matches no more, says nothing', () => {
    const observing = contributor(policy('o'), ['docker.io'], 'observing');
    const copy = copyOf({ situation: situation({ contributors: [observing] }) }, { kind: 'idle' });
    expect(outcomesOf(nothing, copies(copy), [], []).size).to.equal(0);
  });
});

describe('the version of an outcome', () => {
  it('changes with the spec, with the content, and with the policy itself', () => {
    const one = policy('p');
    const versions = [
      versionOf(one, resolution([])),
      versionOf({ ...one, generation: 2 }, resolution([])),
      versionOf({ ...one, uid: 'another' }, resolution([])),
      versionOf(one, resolution([], { fingerprint: 'another' })),
    ];
    expect(new Set(versions).size).to.equal(versions.length);
  });

  it('does not change with a status', () => {
    const one = policy('p');
    expect(versionOf({ ...one, resourceVersion: '2', status: {} }, resolution([]))).to.equal(
      versionOf(one, resolution([])),
    );
  });
});
