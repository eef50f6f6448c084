import { expect } from 'chai';
import { namedBy, Registries, registryLabel } from '../../../src/pulls/coverage/registries.ts';
import { countWaiting } from '../../../src/pulls/pods/waiting-counts.ts';
import { WaitingPods } from '../../../src/pulls/pods/waiting.ts';
import { table } from '../../table.ts';
import { CAUSES, limitedPod, pod, policy } from '../fixtures.ts';

describe('the registries that a key is meant for', () => {
  const cases = table(
    'key                          | registry              | served',
    'https://index.docker.io/v1/  | docker.io             | yes',
    'docker.io                    | docker.io             | yes',
    'registry-1.docker.io         | docker.io             | yes',
    'https://index.docker.io/v1   | docker.io             | yes',
    'https://ghcr.io              | ghcr.io               | yes',
    'ghcr.io/team                 | ghcr.io               | yes',
    'ghcr.io                      | quay.io               | no',
    'host.example.com:5000        | host.example.com:5000 | yes',
    'host.example.com             | host.example.com:5000 | no',
    '*.example.com                | a.example.com         | yes',
    '*.example.com                | a.b.example.com       | no',
    '*.example.com/team           | a.example.com         | yes',
    '*.example.com                | example.com           | no',
  );
  for (const { title, key, registry, served } of cases) {
    it(title, () => {
      expect(new Registries([key]).serve(registry)).to.equal(served === 'yes');
    });
  }
});

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
      expect(new Registries([key]).has(host)).to.equal(true);
    });

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
