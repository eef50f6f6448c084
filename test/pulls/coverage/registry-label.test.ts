import { expect } from 'chai';
import { namedBy, registryLabel } from '../../../src/pulls/coverage/registry-label.ts';
import { countWaiting } from '../../../src/pulls/pods/waiting-counts.ts';
import { WaitingPods } from '../../../src/pulls/pods/waiting.ts';
import { CAUSES, limitedPod, pod, policy } from '../fixtures.ts';

describe('the label registry', () => {
  it('is one of the policies, one that is well known, or other: nobody makes series at will', () => {
    const named = namedBy([policy({ keys: ['own.example.com', '*.example.org'] })]);
    const labels = ['docker.io', 'quay.io', 'own.example.com', 'a.example.org', 'evil-1.example.net', ''];
    expect(labels.map((registry) => registryLabel(registry, named))).to.deep.equal([
      'docker.io',
      'quay.io',
      'own.example.com',
      'other',
      'other',
      'other',
    ]);
  });

  it('adds up waiting containers, the unknown registries of a namespace together, and only what is limited', () => {
    const waiting = new WaitingPods();
    const images = ['harbourlight/a:1', 'harbourlight/b:1', 'one.example.net/a:1', 'two.example.net/a:1'];
    images.forEach((image, index) => {
      waiting.update(limitedPod({ name: `p${index}`, image }), 0);
    });
    waiting.update(limitedPod({ namespace: 'other' }), 0);
    waiting.update(pod({ name: 'refused', waiting: ['ErrImagePull', CAUSES.refused()] }), 0);
    expect([...countWaiting(waiting.blocked(), namedBy([]))]).to.deep.equal([
      { registry: 'docker.io', namespace: 'ns', count: 2 },
      { registry: 'other', namespace: 'ns', count: 2 },
      { registry: 'docker.io', namespace: 'other', count: 1 },
    ]);
  });
});
