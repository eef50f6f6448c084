import { expect } from 'chai';
import { secretName } from '../../../src/api/keys.ts';
import type { Policy } from '../../../src/api/policy.ts';
import { type Contributor, desiredCopy, type Role } from '../../../src/credentials/namespace/desired.ts';
import { entryWish } from '../../../src/credentials/namespace/entry-wish.ts';
import type { Grown, GrownState } from '../../../src/credentials/namespace/grow-copies.ts';
import type { Ownership, Situation } from '../../../src/credentials/namespace/situation.ts';
import { items, table } from '../../table.ts';
import { account, contributor, ownCopy, policy, situation } from '../build.ts';

const STATES: Readonly<Record<string, GrownState>> = {
  'in-place': { kind: 'in-place' },
  closed: { kind: 'closed' },
  idle: { kind: 'idle' },
  waiting: { kind: 'waiting' },
  failed: { kind: 'failed', reason: 'Conflict', message: 'in the way', retry: 'on-change' },
};
const OWNERSHIPS: readonly Ownership[] = ['absent', 'ours', 'retained', 'foreign'];

const selecting = (name: string, names: string, retain = false): Policy =>
  policy(name, { spec: { serviceAccounts: { names: [names] }, deletionPolicy: retain ? 'Retain' : 'Delete' } });

/** Reads `live`, `frozen!`: a contributor of that role; one with `!` does not select the account. */
function contributors(cell: string): readonly Contributor[] {
  return items(cell).map((item, index) => {
    const role = (['frozen', 'observing'] as const).find((each) => item.startsWith(each)) ?? ('live' satisfies Role);
    return contributor(
      selecting(`c${index.toString()}`, item.endsWith('!') ? 'another' : 'default'),
      ['docker.io'],
      role,
    );
  });
}

const grown = (parts: Partial<Situation>, state: GrownState, usable: boolean): Grown => ({
  situation: situation(parts),
  desired: undefined,
  state,
  usable,
  hollow: false,
});

describe('what is wanted of an entry', () => {
  const cases = table(
    'contributors    | leavers | copy     | state    | usable | wish',
    'live            | -       | ours     | in-place | yes    | add',
    'frozen          | -       | ours     | in-place | yes    | add',
    'live!,live      | -       | ours     | in-place | yes    | add',
    // An entry never comes before its Secret.
    'live            | -       | absent   | failed   | no     | keep',
    'live            | -       | foreign  | failed   | no     | keep',
    'live            | -       | absent   | waiting  | no     | keep',
    // The Secret there is old, but good.
    'live            | -       | ours     | failed   | yes    | add',
    // One that observes asks for nothing, and lets nothing of its own be taken away.
    'observing       | -       | ours     | idle     | yes    | keep',
    'observing,live! | -       | ours     | in-place | yes    | keep',
    'observing,live  | -       | ours     | in-place | yes    | add',
    // Selected by nobody any more.
    'live!           | -       | ours     | in-place | yes    | remove',
    'live!           | Retain  | ours     | in-place | yes    | remove',
    'observing!      | -       | ours     | idle     | yes    | remove',
    // The last ones leave.
    '-               | Delete  | ours     | idle     | yes    | remove',
    '-               | Retain  | ours     | idle     | yes    | release',
    '-               | Delete,Retain | ours | idle   | yes    | release',
    '-               | -       | retained | idle     | no     | release',
    '-               | -       | absent   | idle     | no     | remove',
    '-               | -       | foreign  | idle     | no     | remove',
    '-               | -       | orphaned | idle     | yes    | keep',
    '-               | -       | unknown  | idle     | no     | keep',
    // Not to be touched.
    'live            | -       | ours     | closed   | yes    | keep',
    '-               | Delete  | ours     | closed   | yes    | keep',
  );
  for (const row of cases) {
    it(row.title, () => {
      const copy = grown(
        {
          ownership: OWNERSHIPS.find((each) => each === row.copy) ?? (row.copy === 'orphaned' ? 'ours' : 'foreign'),
          orphaned: row.copy === 'orphaned',
          known: row.copy !== 'unknown',
          contributors: contributors(row.contributors),
          leavers: items(row.leavers).map((policyOf, index) =>
            selecting(`l${index.toString()}`, 'default', policyOf === 'Retain'),
          ),
        },
        STATES[row.state] ?? { kind: 'idle' },
        row.usable === 'yes',
      );
      expect(entryWish('copy', account('default'), new Map([[secretName('copy'), copy]]))).to.equal(row.wish);
    });
  }

  for (const [known, wish] of [
    [true, 'remove'],
    [false, 'keep'],
  ] as const) {
    it(`is ${wish} where a source has the name, which is ${known ? '' : 'not '}known`, () => {
      const copy = grown(
        { out: true, open: false, known, contributors: contributors('live') },
        { kind: 'closed' },
        false,
      );
      expect(entryWish('copy', account('default'), new Map([[secretName('copy'), copy]]))).to.equal(wish);
    });
  }

  it('is not ours to say where no policy knows the name', () => {
    expect(entryWish('copy', account('default'), new Map())).to.equal('disown');
  });

  describe('of a copy from which somebody leaves, and to which those who stay give nothing', () => {
    const rows = table(
      'those who stay | have       | deletionPolicy | wish',
      'live           | nothing    | Delete         | remove',
      'live           | nothing    | Retain         | release',
      'live           | keys there | Delete         | add',
      'observing      | nothing    | Delete         | remove',
      'observing      | keys there | Delete         | keep',
    );
    for (const row of rows) {
      it(row.title, () => {
        const keys = row.have === 'nothing' ? [] : ['docker.io'];
        const staying = contributor(
          selecting('c', 'default'),
          keys,
          row['those who stay'] === 'live' ? 'live' : 'observing',
        );
        const found = ownCopy({ c: keys, l: ['quay.io'] });
        const leavers = [selecting('l', 'default', row.deletionPolicy === 'Retain')];
        const isLive = staying.role === 'live';
        const copy = {
          ...grown(
            { ownership: 'ours', found, contributors: [staying], leavers },
            STATES[isLive ? 'in-place' : 'idle'] ?? { kind: 'idle' },
            true,
          ),
          desired: isLive ? desiredCopy([staying]) : undefined,
          hollow: isLive && keys.length === 0,
        };
        expect(entryWish('copy', account('default'), new Map([[secretName('copy'), copy]]))).to.equal(row.wish);
      });
    }
  });

  describe('under a name that a policy was renamed away from', () => {
    const renamed = policy('p', { spec: { secret: { name: 'new' } }, status: { secretNames: ['new', 'old'] } });
    const wish = (newState: GrownState): string => {
      const old = grown(
        {
          name: secretName('old'),
          ownership: 'ours',
          contributors: [contributor(renamed, ['a.io'])],
          lingering: [renamed],
        },
        { kind: 'in-place' },
        true,
      );
      const fresh = grown({ name: secretName('new'), contributors: [contributor(renamed, ['a.io'])] }, newState, true);
      const copies = new Map([old, fresh].map((copy) => [copy.situation.name, copy]));
      return entryWish('old', account('default'), copies);
    };
    const rows = table(
      'the new Secret is | the old entry',
      'in-place          | remove',
      'failed            | add',
      'waiting           | add',
      'closed            | add',
    );
    for (const row of rows) {
      it(row.title, () => {
        expect(wish(STATES[row['the new Secret is']] ?? { kind: 'idle' })).to.equal(row['the old entry']);
      });
    }
  });
});
