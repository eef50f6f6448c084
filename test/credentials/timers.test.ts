import { expect } from 'chai';
import { namespaceName, policyName } from '../../src/api/keys.ts';
import { RotationTimer, SyncTimer } from '../../src/credentials/timers.ts';

const p = policyName('p');
const [a, b] = [namespaceName('a'), namespaceName('b')];

describe('RotationTimer', () => {
  let seconds: number[];
  let timer: RotationTimer;
  beforeEach(() => {
    seconds = [];
    timer = new RotationTimer((each) => seconds.push(each));
  });

  it('ends with the last namespace', () => {
    timer.began(p, 'v2', [a, b], 1_000);
    timer.reached(p, 'v2', a, 2_000);
    expect(seconds).to.deep.equal([]);
    timer.reached(p, 'v2', b, 4_500);
    timer.reached(p, 'v2', b, 9_000);
    expect(seconds).to.deep.equal([3.5]);
  });

  it('does not take an old version for the new one', () => {
    timer.began(p, 'v2', [a], 0);
    timer.reached(p, 'v1', a, 1_000);
    timer.reached(policyName('q'), 'v2', a, 1_000);
    expect(seconds).to.deep.equal([]);
  });

  it('counts a rotation that overtakes another one from its own beginning', () => {
    timer.began(p, 'v2', [a, b], 0);
    timer.reached(p, 'v2', a, 500);
    timer.began(p, 'v3', [a, b], 1_000);
    timer.reached(p, 'v3', a, 1_500);
    timer.reached(p, 'v3', b, 3_000);
    expect(seconds).to.deep.equal([2]);
  });

  it('measures nothing where there is no copy, not even when a namespace comes later', () => {
    timer.began(p, 'v2', [], 0);
    timer.reached(p, 'v2', a, 3_600_000);
    expect(seconds).to.deep.equal([]);
  });

  it('does not wait for a namespace that the policy wants no more', () => {
    timer.began(p, 'v2', [a, b], 0);
    timer.reached(p, 'v2', a, 1_000);
    timer.left(a, new Set([p]), 1_500);
    expect(seconds).to.deep.equal([]);
    timer.left(b, new Set(), 2_000);
    expect(seconds).to.deep.equal([2]);
  });
});

describe('SyncTimer', () => {
  let seconds: number[];
  let timer: SyncTimer;
  beforeEach(() => {
    seconds = [];
    timer = new SyncTimer((each) => seconds.push(each));
  });

  it('counts from the first sight, and once', () => {
    timer.appeared(a, 0);
    timer.appeared(a, 500);
    timer.inOrder(a, true, 2_000);
    timer.inOrder(a, true, 9_000);
    expect(seconds).to.deep.equal([2]);
  });

  it('measures nothing where no policy wants anything', () => {
    timer.appeared(a, 0);
    timer.inOrder(a, false, 1_000);
    timer.inOrder(a, true, 9_000);
    expect(seconds).to.deep.equal([]);
  });

  it('measures nothing that it did not see appear', () => {
    timer.inOrder(b, true, 1_000);
    expect(seconds).to.deep.equal([]);
  });
});
