import { expect } from 'chai';
import { hostOfKey, registryLabel, servedRegistries } from '../../../src/pulls/coverage/registries.ts';
import { countWaiting } from '../../../src/pulls/pods/waiting-counts.ts';
import { WaitingPods } from '../../../src/pulls/pods/waiting.ts';
import { table } from '../../table.ts';
import { CAUSES, coverage, limitedPod, pod, policy } from '../fixtures.ts';

describe('the label registry', () => {
  const keys = table(
    'key                         | host',
    'https://index.docker.io/v1/ | docker.io',
    'registry-1.docker.io        | docker.io',
    'https://GHCR.io/team        | ghcr.io',
    'r.example.com:5000/v2/      | r.example.com:5000',
  );
  for (const { title, key, host } of keys)
    it(`is taken from a key: ${title}`, () => {
      expect(hostOfKey(key)).to.equal(host);
    });

  it('is one of the policies, one that is well known, or other: nobody makes series at will', () => {
    const served = servedRegistries(coverage([policy({ keys: ['own.example.com', '*.example.org'] })]));
    const labels = ['docker.io', 'quay.io', 'own.example.com', 'a.example.org', 'evil-1.example.net', ''];
    expect(labels.map((registry) => registryLabel(registry, served))).to.deep.equal([
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
    expect([...countWaiting(waiting.blocked(), new Set())]).to.deep.equal([
      { registry: 'docker.io', namespace: 'ns', count: 2 },
      { registry: 'other', namespace: 'ns', count: 2 },
      { registry: 'docker.io', namespace: 'other', count: 1 },
    ]);
  });
});
