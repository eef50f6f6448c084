import { expect } from 'chai';
import fc from 'fast-check';
import { type AccountPlan, type EntryWish, planAccount } from '../../../src/credentials/namespace/plan-account.ts';
import { readNames } from '../../../src/credentials/ownership.ts';
import { type AccountEntry, slimAccount } from '../../../src/credentials/slim.ts';
import { PULL_SECRETS_ANNOTATION, RETAINED_ANNOTATION } from '../../../src/names.ts';
import { items, table } from '../../table.ts';
import { account } from '../build.ts';

const WISHES: readonly EntryWish[] = ['add', 'keep', 'release', 'remove', 'disown'];
const named = (names: readonly string[]) => names.map((name) => ({ name }));

/** The account as the API server has it after the patch (RFC 7386). */
function patched(before: AccountEntry, plan: AccountPlan | undefined): AccountEntry {
  if (plan === undefined) return before;
  const { metadata, imagePullSecrets } = JSON.parse(JSON.stringify(plan.patch)) as {
    metadata: { annotations?: Record<string, string | null> };
    imagePullSecrets?: { name: string }[] | null;
  };
  const kept = (annotation: typeof PULL_SECRETS_ANNOTATION | typeof RETAINED_ANNOTATION, old: readonly string[]) => {
    const value = metadata.annotations?.[annotation];
    return value === undefined
      ? old
      : value === null
        ? []
        : readNames({ annotations: { [annotation]: value } }, annotation);
  };
  return {
    ...before,
    pullSecrets: imagePullSecrets === undefined ? before.pullSecrets : (imagePullSecrets ?? []),
    recorded: kept(PULL_SECRETS_ANNOTATION, before.recorded),
    retained: kept(RETAINED_ANNOTATION, before.retained),
  };
}

describe('planAccount, for the entry `ours`', () => {
  const cases = table(
    'entries         | recorded   | retained | wish    | entries after   | recorded after | retained after',
    '-               | -          | -        | add     | ours            | ours       | -',
    'x y             | -          | -        | add     | x y ours        | ours       | -',
    'x ours y        | ours       | -        | add     | x ours y        | ours       | -',
    // Entry lost: added again. Record lost: theirs from now on.
    'x               | ours       | -        | add     | x ours          | ours       | -',
    'ours            | -          | -        | add     | ours            | -          | -',
    // Retained: taken back.
    'ours x          | -          | ours     | add     | ours x          | ours       | -',
    'x               | -          | ours     | add     | x ours          | ours       | -',
    'x ours y        | ours       | -        | remove  | x y             | -          | -',
    'ours            | ours       | -        | remove  | -               | -          | -',
    'ours            | -          | -        | remove  | ours            | -          | -',
    'x               | ours       | -        | remove  | x               | -          | -',
    'ours            | -          | ours     | remove  | ours            | -          | ours',
    // A second one was put by somebody else.
    'ours x ours     | ours       | -        | remove  | x ours          | -          | -',
    'ours            | ours       | -        | release | ours            | -          | ours',
    'x               | ours       | -        | release | x               | -          | -',
    'ours            | -          | -        | release | ours            | -          | -',
    'ours            | ours       | -        | disown  | ours            | -          | -',
    'ours            | ours       | -        | keep    | ours            | ours       | -',
    'x               | ours       | -        | keep    | x               | ours       | -',
    // Records of others of our entries stay.
    'other           | other      | -        | add     | other ours      | other,ours | -',
    'other ours      | other,ours | -        | remove  | other           | other      | -',
    '(nameless) ours | ours       | -        | remove  | (nameless)      | -          | -',
    '(nameless)      | -          | -        | add     | (nameless) ours | ours       | -',
  );
  for (const row of cases) {
    it(row.title, () => {
      const toEntry = (name: string) => (name === '(nameless)' ? {} : { name });
      const before = account('default', {
        pullSecrets: items(row.entries).map(toEntry),
        recorded: items(row.recorded),
        retained: items(row.retained),
      });
      const wish = WISHES.find((each) => each === row.wish) ?? 'keep';
      const after = patched(
        before,
        planAccount(before, ['ours'], (name) => (name === 'ours' ? wish : 'keep')),
      );
      expect(after.pullSecrets).to.deep.equal(items(row['entries after']).map(toEntry));
      expect(after.recorded).to.deep.equal(items(row['recorded after']));
      expect(after.retained).to.deep.equal(items(row['retained after']));
    });
  }
});

describe('the patch of a ServiceAccount', () => {
  it('names the version that was read, and the whole list, which is atomic', () => {
    const before = account('default', { pullSecrets: named(['x']), resourceVersion: '41' });
    expect(planAccount(before, ['ours'], () => 'add')).to.deep.equal({
      patch: {
        metadata: { resourceVersion: '41', annotations: { [PULL_SECRETS_ANNOTATION]: '["ours"]' } },
        imagePullSecrets: [{ name: 'x' }, { name: 'ours' }],
      },
      added: ['ours'],
      removed: [],
    });
  });

  it('leaves the list alone where only the record changes', () => {
    const before = account('default', { pullSecrets: named(['x', 'ours']), recorded: ['ours'] });
    expect(planAccount(before, [], () => 'disown')?.patch).not.to.have.property('imagePullSecrets');
  });

  it('takes the list away with its last entry, and the record with it', () => {
    const before = account('default', { pullSecrets: named(['ours']), recorded: ['ours'] });
    expect(planAccount(before, [], () => 'remove')?.patch).to.deep.equal({
      metadata: { resourceVersion: '1', annotations: { [PULL_SECRETS_ANNOTATION]: null } },
      imagePullSecrets: null,
    });
  });

  it('adds several entries in one write, sorted', () => {
    const plan = planAccount(account('default'), ['b', 'a'], () => 'add');
    expect(plan?.added).to.deep.equal(['a', 'b']);
  });

  it('takes a record that does not parse for none', () => {
    const read = slimAccount({
      metadata: { name: 'default', annotations: { [PULL_SECRETS_ANNOTATION]: 'ours' } },
      imagePullSecrets: named(['ours']),
    });
    expect(planAccount(read, ['ours'], () => 'remove')).to.equal(undefined);
  });
});

describe('planAccount, for any account and any wishes', () => {
  const OURS = ['a', 'b', 'c'];
  const subset = fc.uniqueArray(fc.constantFrom(...OURS));
  const accounts = fc
    .record({ entries: fc.array(fc.constantFrom(...OURS, 'x', 'y', 'z')), recorded: subset, retained: subset })
    .map(({ entries, ...records }) => account('default', { ...records, pullSecrets: named(entries) }));
  const wishes = fc.record({
    a: fc.constantFrom(...WISHES),
    b: fc.constantFrom(...WISHES),
    c: fc.constantFrom(...WISHES),
  });
  const scenes = fc.tuple(
    accounts,
    wishes.map((byName) => new Map<string, EntryWish>(Object.entries(byName))),
  );
  const run = (before: AccountEntry, byName: ReadonlyMap<string, EntryWish>) =>
    planAccount(before, OURS, (name) => byName.get(name) ?? 'keep');
  const namesOf = ({ pullSecrets }: AccountEntry) => pullSecrets.map(({ name }) => name ?? '');

  it('loses no entry of others, and keeps their order', () => {
    fc.assert(
      fc.property(scenes, ([before, byName]) => {
        const foreign = (entry: AccountEntry) => namesOf(entry).filter((name) => !OURS.includes(name));
        expect(foreign(patched(before, run(before, byName)))).to.deep.equal(foreign(before));
      }),
    );
  });

  it('removes no entry that is not recorded, and of a recorded one no more than one', () => {
    fc.assert(
      fc.property(scenes, ([before, byName]) => {
        const after = patched(before, run(before, byName));
        for (const name of OURS) {
          const count = (entry: AccountEntry) => namesOf(entry).filter((each) => each === name).length;
          const mayGo = before.recorded.includes(name) && byName.get(name) === 'remove' ? 1 : 0;
          expect(count(after)).to.be.at.least(count(before) - mayGo);
        }
      }),
    );
  });

  it('keeps the order of everything that stays', () => {
    fc.assert(
      fc.property(scenes, ([before, byName]) => {
        const after = namesOf(patched(before, run(before, byName)));
        const stayed = after.filter((name) => namesOf(before).includes(name));
        let from = 0;
        for (const name of stayed) {
          from = namesOf(before).indexOf(name, from) + 1;
          expect(from, name).to.be.greaterThan(0);
        }
      }),
    );
  });

  it('has nothing more to do the second time', () => {
    fc.assert(
      fc.property(scenes, ([before, byName]) => {
        expect(run(patched(before, run(before, byName)), byName)).to.equal(undefined);
      }),
    );
  });
});
