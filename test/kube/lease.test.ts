import { expect } from 'chai';
import type { Lease } from '../../src/api/objects.ts';
import {
  claimed,
  DEFAULT_DURATIONS,
  followerPauseMs,
  fresh,
  mayTake,
  microTime,
  observe,
  released,
} from '../../src/kube/lease.ts';

const lease = (holderIdentity: string, leaseDurationSeconds = 15, resourceVersion = '1'): Lease => ({
  metadata: { name: 'l', namespace: 'n', resourceVersion, labels: { team: 'x' } },
  spec: { holderIdentity, leaseDurationSeconds, leaseTransitions: 4, acquireTime: 'then', renewTime: 'then' },
});
const date = new Date('2026-01-02T03:04:05.678Z');
const claim = { identity: 'me', date, durations: DEFAULT_DURATIONS };

describe('mayTake', () => {
  const cases: { name: string; found: Lease | undefined; ageMs: number; may: boolean }[] = [
    { name: 'there is none', found: undefined, ageMs: 0, may: true },
    { name: 'nobody holds it', found: lease('', 1), ageMs: 0, may: true },
    { name: 'we hold it', found: lease('me'), ageMs: 0, may: true },
    { name: 'another holds it, just renewed', found: lease('other'), ageMs: 0, may: false },
    {
      name: 'another holds it, not renewed for just under its duration',
      found: lease('other'),
      ageMs: 14_999,
      may: false,
    },
    { name: 'another holds it, not renewed for its duration', found: lease('other'), ageMs: 15_000, may: true },
    { name: 'another holds it for longer than our own setting', found: lease('other', 60), ageMs: 59_999, may: false },
  ];
  for (const { name, found, ageMs, may } of cases) {
    it(`${name}: ${may ? 'yes' : 'no'}`, () => {
      const observed = found === undefined ? undefined : { lease: found, since: 1_000 };
      expect(mayTake(observed, 'me', 1_000 + ageMs)).to.equal(may);
    });
  }
});

describe('observe', () => {
  it('keeps the age of a lease that did not change, whatever its own time stamps say', () => {
    const first = observe(undefined, lease('other'), 100);
    expect(observe(first, lease('other'), 900).since).to.equal(100);
    expect(observe(first, lease('other', 15, '2'), 900).since).to.equal(900);
  });
});

describe('claimed', () => {
  it('takes over: new times, one more transition, and nothing of others lost', () => {
    const { metadata, spec } = claimed(lease('other'), claim);
    expect(metadata).to.deep.equal(lease('other').metadata);
    expect(spec).to.deep.equal({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-02T03:04:05.678000Z',
      renewTime: '2026-01-02T03:04:05.678000Z',
      leaseTransitions: 5,
    });
  });

  it('renews: only the renew time moves', () => {
    expect(claimed(lease('me'), claim).spec).to.deep.equal({ ...lease('me').spec, renewTime: microTime(date) });
  });

  it('starts a lease that is new without transitions', () => {
    expect(fresh('n', 'l', claim).spec?.leaseTransitions).to.equal(0);
  });

  it('is undone by a release, which anybody may take at once', () => {
    const free = released(lease('me'), date);
    expect([free.spec?.holderIdentity, free.spec?.leaseDurationSeconds]).to.deep.equal(['', 1]);
    expect(mayTake({ lease: free, since: 0 }, 'other', 0)).to.equal(true);
  });
});

describe('followerPauseMs', () => {
  it('lies between one and 2.2 times the retry period', () => {
    expect([followerPauseMs(DEFAULT_DURATIONS, () => 0), followerPauseMs(DEFAULT_DURATIONS, () => 1)]).to.deep.equal([
      2_000, 4_400,
    ]);
  });
});
