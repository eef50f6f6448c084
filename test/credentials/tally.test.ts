import { expect } from 'chai';
import { namespaceName, policyName, secretName } from '../../src/api/keys.ts';
import { Tally } from '../../src/credentials/tally.ts';
import { outcome } from './status-input.ts';

const [p, q] = [policyName('p'), policyName('q')];
const [a, b] = [namespaceName('a'), namespaceName('b')];

describe('Tally', () => {
  let changed: string[];
  let tally: Tally;
  beforeEach(() => {
    changed = [];
    tally = new Tally((policy) => changed.push(policy));
  });

  it('knows each namespace of a policy, and each policy of a namespace', () => {
    const [one, other] = [outcome('synced'), outcome('pending')];
    tally.record(
      a,
      new Map([
        [p, one],
        [q, other],
      ]),
    );
    tally.record(b, new Map([[p, other]]));
    expect([...tally.outcomes(p)]).to.deep.equal([
      [a, one],
      [b, other],
    ]);
    expect(tally.ofNamespace(a)).to.deep.equal([
      [p, one],
      [q, other],
    ]);
  });

  it('replaces all that it knew of a namespace, and tells those whom it concerned', () => {
    tally.record(a, new Map([[p, outcome('synced')]]));
    changed.length = 0;
    tally.record(a, new Map([[q, outcome('synced')]]));
    expect(tally.outcomes(p).size).to.equal(0);
    expect(changed).to.have.members([p, q]);
  });

  it('tells nobody of a namespace that never concerned him', () => {
    tally.record(a, new Map([[p, outcome('synced')]]));
    changed.length = 0;
    tally.forget(b);
    expect(changed).to.deep.equal([]);
  });

  it('forgets a policy that is gone', () => {
    tally.record(a, new Map([[p, outcome('synced')]]));
    tally.forgetPolicy(p);
    expect(tally.ofNamespace(a)).to.deep.equal([]);
  });

  it('counts orphans over all namespaces, and those of a namespace that is gone no more', () => {
    tally.record(a, new Map(), ['copy', 'old'].map(secretName));
    tally.record(b, new Map(), [secretName('copy')]);
    expect(tally.orphans).to.equal(3);
    tally.record(a, new Map(), [secretName('old')]);
    expect(tally.orphansIn(a)).to.deep.equal(['old']);
    tally.forget(b);
    expect(tally.orphans).to.equal(1);
    expect(tally.orphansIn(b)).to.deep.equal([]);
  });
});
