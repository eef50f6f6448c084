import { expect } from 'chai';
import { keyOf } from '../../../src/pulls/object-key.ts';
import { AlikeGroups } from '../../../src/pulls/pods/alike.ts';
import type { PodEntry } from '../../../src/pulls/pods/pod.ts';
import { WaitingPods } from '../../../src/pulls/pods/waiting.ts';
import { CAUSES, limitedPod, type PodShape } from '../fixtures.ts';

describe('AlikeGroups', () => {
  let groups: AlikeGroups;
  beforeEach(() => {
    groups = new AlikeGroups();
  });
  function put(...pods: readonly PodEntry[]): void {
    for (const each of pods) {
      const waiting = new WaitingPods();
      waiting.update(each, 0);
      groups.put(keyOf(each), [...waiting.blocked()]);
    }
  }
  const names = (): string[][] => [...groups.list()].map(({ pods }) => [...pods].sort());

  it('keeps the pods of a workload together', () => {
    put(limitedPod({ name: 'a', uid: 'a' }), limitedPod({ name: 'b', uid: 'b' }));
    expect(names()).to.deep.equal([['ns/a', 'ns/b']]);
  });

  describe('keeps apart pods that differ in', () => {
    const differences: readonly (readonly [string, PodShape, PodShape?])[] = [
      ['namespace', { namespace: 'another' }],
      ['service account', { account: 'another' }],
      ['imagePullSecrets', { secrets: ['a'] }],
      ['imagePullSecrets, odd names included', { secrets: ['a b'] }, { secrets: ['a', 'b'] }],
      ['image', { image: 'harbourlight/ferry:2' }],
      ['pull policy', { pullPolicy: 'Always' }],
      ['kind of limit', { waiting: ['ErrImagePull', CAUSES.abuse()] }],
      ['outcome', { waiting: ['ErrImagePull', CAUSES.refused()] }],
      [
        'what a refusal says',
        { waiting: ['ErrImagePull', CAUSES.refused()] },
        { waiting: ['ErrImagePull', CAUSES.denied()] },
      ],
      ['mirror', { waiting: ['ErrImagePull', CAUSES.mirrorLimited()] }],
    ];
    for (const [difference, shape, other = {}] of differences)
      it(difference, () => {
        put(limitedPod({ name: 'a', ...shape }), limitedPod({ name: 'b', ...other }));
        expect(names()).to.have.lengthOf(2);
      });
  });

  it('moves a pod that has become like others, and leaves no empty group', () => {
    put(limitedPod({ name: 'a' }), limitedPod({ name: 'b', image: 'harbourlight/ferry:2' }));
    expect(names()).to.have.lengthOf(2);
    put(limitedPod({ name: 'b' }));
    expect(names()).to.deep.equal([['ns/a', 'ns/b']]);
  });

  it('forgets pods that go, or wait no more', () => {
    const [a, b] = [limitedPod({ name: 'a' }), limitedPod({ name: 'b' })];
    put(a, b);
    groups.remove(keyOf(a));
    groups.remove(keyOf(a));
    expect(names()).to.deep.equal([['ns/b']]);
    groups.put(keyOf(b), []);
    expect(names()).to.deep.equal([]);
  });
});
