import { expect } from 'chai';
import { secretName } from '../../../src/api/keys.ts';
import { observe, type Situation } from '../../../src/credentials/namespace/situation.ts';
import { items, table } from '../../table.ts';
import { entry, fault, foreignCopy, namespace, ownCopy, policy, resolution } from '../build.ts';
import { type Cluster, viewOf } from '../view.ts';

const team = namespace('team');

/** What is seen of one Secret name in the namespace `team`. */
function seen(cluster: Cluster, name = 'copy'): Situation {
  const found = observe(team, viewOf(cluster)).situations.find((each) => each.name === secretName(name));
  if (found === undefined) throw new Error(`nobody knows ${name}`);
  return found;
}

/** What the policy `p` is to the Secret `copy` there. */
function partOf(situation: Situation): string {
  if (situation.lingering.some(({ name }) => name === 'p')) return 'lingers';
  if (situation.leavers.some(({ name }) => name === 'p')) return 'leaves';
  const role = situation.contributors.find((each) => each.policy.name === 'p')?.role;
  if (role === undefined) return '-';
  return role === 'observing' ? 'observes' : 'wants';
}

describe('what a policy is to one Secret name of a namespace', () => {
  const cases = table(
    'policy   | matches | secret.name | secretNames | finalizer | in the copy | part',
    'enforces | yes     | copy        | copy        | yes       | no          | wants',
    'enforces | yes     | copy        | copy        | yes       | yes         | wants',
    // Nothing is written before the finalizer and the record of the name are.
    'enforces | yes     | copy        | copy        | no        | no          | -',
    'enforces | yes     | copy        | -           | yes       | no          | -',
    'enforces | yes     | copy        | other       | yes       | no          | -',
    'enforces | no      | copy        | copy        | yes       | no          | -',
    'enforces | no      | copy        | copy        | yes       | yes         | leaves',
    // Renamed away: it lingers until its new Secret is in place.
    'enforces | yes     | other       | copy,other  | yes       | yes         | lingers',
    'enforces | yes     | other       | copy        | yes       | yes         | lingers',
    'enforces | yes     | other       | copy,other  | yes       | no          | -',
    'enforces | no      | other       | copy,other  | yes       | yes         | leaves',
    // What no status records is not ours, whatever the annotation says.
    'enforces | no      | other       | other       | yes       | yes         | -',
    'observes | yes     | copy        | copy        | yes       | yes         | observes',
    'observes | yes     | copy        | copy        | yes       | no          | -',
    'observes | no      | copy        | copy        | yes       | yes         | observes',
    'observes | yes     | other       | copy        | yes       | yes         | observes',
    'observes | yes     | copy        | -           | no        | no          | -',
    'deleted  | yes     | copy        | copy        | yes       | yes         | leaves',
    'deleted  | yes     | copy        | copy        | yes       | no          | -',
    'deleted and observed | yes | copy | copy       | yes       | yes         | leaves',
  );
  for (const row of cases) {
    it(row.title, () => {
      const p = policy('p', {
        spec: {
          mode: row.policy.includes('observe') ? 'Observe' : 'Enforce',
          secret: { name: row['secret.name'] },
          namespaces: { include: [row.matches === 'yes' ? 'team' : 'elsewhere'] },
        },
        deleting: row.policy.startsWith('deleted'),
        status: { secretNames: items(row.secretNames) },
        ...(row.finalizer === 'no' && { finalizers: [] }),
      });
      // Another policy keeps the name known, so that the copy is ours whatever p records.
      const keeper = policy('keeper', { spec: { namespaces: { include: ['elsewhere'] } } });
      const copies = [ownCopy(row['in the copy'] === 'yes' ? { p: ['docker.io'] } : { keeper: [] })];
      expect(partOf(seen({ policies: [p, keeper], copies }))).to.equal(row.part);
    });
  }
});

describe('a contributor', () => {
  const cases = table('sources | role', 'whole   | live', 'broken  | frozen', 'unread  | frozen');
  for (const { sources, role } of cases) {
    it(`whose sources are ${sources} is ${role}`, () => {
      const parts = sources === 'broken' ? { faults: [fault] } : { pending: sources === 'unread' };
      const resolutions = { p: resolution([entry('docker.io')], parts) };
      expect(seen({ policies: [policy('p')], resolutions }).contributors[0]?.role).to.equal(role);
    });
  }

  it('comes in the order of age', () => {
    const policies = ['3', '1', '2'].map((day) => policy(`p${day}`, { created: `2026-01-0${day}T00:00:00Z` }));
    const names = seen({ policies }).contributors.map((each) => each.policy.name);
    expect(names).to.deep.equal(['p1', 'p2', 'p3']);
  });
});

describe('a Secret name in a namespace', () => {
  const p = policy('p');

  it('is open unless its watch is blind or a source of that name lies there', () => {
    expect(seen({ policies: [p] }).open).to.equal(true);
    expect(seen({ policies: [p], blind: ['copy'] }).open).to.equal(false);
    expect(seen({ policies: [p], sources: ['team/copy'] }).open).to.equal(false);
    expect(seen({ policies: [p], sources: ['other/copy'] }).open).to.equal(true);
  });

  it('is out where a source of that name lies there, unless nobody can see what it is', () => {
    expect(seen({ policies: [p], sources: ['team/copy'] }).out).to.equal(true);
    expect(seen({ policies: [p], sources: ['team/copy'], blind: ['copy'] }).out).to.equal(false);
    expect(seen({ policies: [p] }).out).to.equal(false);
  });

  it('is known once a status records it, and until then nothing of it is ours', () => {
    const copies = [ownCopy({ p: ['docker.io'] })];
    expect(seen({ policies: [p], copies })).to.include({ known: true, ownership: 'ours' });
    const fresh = policy('p', { status: {} });
    expect(seen({ policies: [fresh], copies })).to.include({
      known: false,
      ownership: 'foreign',
      ownershipIfKnown: 'ours',
    });
  });

  it('is an orphan where none of the recorded policies exists any more', () => {
    expect(seen({ policies: [p], copies: [ownCopy({ gone: ['docker.io'] })] }).orphaned).to.equal(true);
    expect(seen({ policies: [p], copies: [ownCopy({ gone: [], p: [] })] }).orphaned).to.equal(false);
    expect(seen({ policies: [p], copies: [foreignCopy()] }).orphaned).to.equal(false);
    expect(seen({ policies: [p] }).orphaned).to.equal(false);
  });

  it('is looked at for every name that a policy asks for or records', () => {
    const renamed = policy('p', { spec: { secret: { name: 'new' } }, status: { secretNames: ['old', 'older'] } });
    const { situations } = observe(team, viewOf({ policies: [renamed] }));
    expect(situations.map(({ name }) => name)).to.deep.equal(['new', 'old', 'older']);
  });
});

describe('observers of a namespace', () => {
  const cases = table(
    'mode    | matches | deleted | observer',
    'Observe | yes     | no      | yes',
    'Observe | no      | no      | no',
    'Observe | yes     | yes     | no',
    'Enforce | yes     | no      | no',
  );
  for (const row of cases) {
    it(row.title, () => {
      const p = policy('p', {
        spec: {
          mode: row.mode === 'Observe' ? 'Observe' : 'Enforce',
          namespaces: { include: [row.matches === 'yes' ? 'team' : 'elsewhere'] },
        },
        deleting: row.deleted === 'yes',
      });
      expect(observe(team, viewOf({ policies: [p] })).observers).to.have.lengthOf(row.observer === 'yes' ? 1 : 0);
    });
  }
});
