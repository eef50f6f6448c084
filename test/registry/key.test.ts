import { expect } from 'chai';
import { DOCKER_HUB_KEY, keyForRegistry, normaliseKey, whyDead } from '../../src/registry/key.ts';
import { table } from '../table.ts';

describe('normaliseKey', () => {
  const cases = table(
    'key                               | compared as',
    'https://index.docker.io/v1/       | index.docker.io',
    'http://index.docker.io/v1/        | index.docker.io',
    'index.docker.io                   | index.docker.io',
    'index.docker.io/                  | index.docker.io',
    'docker.io                         | index.docker.io',
    'https://docker.io/v2/             | index.docker.io',
    'docker.io/acme                    | index.docker.io/acme',
    'https://index.docker.io/v1        | index.docker.io/v1',
    'registry-1.docker.io              | registry-1.docker.io',
    'ghcr.io                           | ghcr.io',
    'https://ghcr.io                   | ghcr.io',
    'https://ghcr.io/v2/               | ghcr.io',
    'ghcr.io/acme                      | ghcr.io/acme',
    'https://ghcr.io/v2/acme           | ghcr.io/acme',
    'ghcr.io/v1beta/acme               | ghcr.io/v1beta/acme',
    'ghcr.io/acme/v1/                  | ghcr.io/acme/v1/',
    'registry.example.com:5000         | registry.example.com:5000',
    'registry.example.com:443/v1/      | registry.example.com:443',
    '*.example.com                     | *.example.com',
  );
  for (const row of cases) {
    it(`compares ${row.key} as ${row['compared as']}`, () => {
      expect(normaliseKey(row.key)).to.equal(row['compared as']);
    });
  }

  it('changes nothing the second time', () => {
    for (const { key } of cases) expect(normaliseKey(normaliseKey(key))).to.equal(normaliseKey(key));
  });
});

describe('keyForRegistry', () => {
  const cases = table(
    'registry                 | key',
    'docker.io                | HUB',
    'index.docker.io          | HUB',
    'registry-1.docker.io     | HUB',
    'hub.docker.com           | HUB',
    'registry.hub.docker.com  | HUB',
    'https://docker.io/       | HUB',
    'https://index.docker.io/v1/ | HUB',
    'docker.io/acme           | docker.io/acme',
    'ghcr.io                  | ghcr.io',
    'https://ghcr.io          | https://ghcr.io',
  );
  for (const { registry, key } of cases) {
    it(`writes ${key} for ${registry}`, () => {
      expect(keyForRegistry(registry)).to.equal(key === 'HUB' ? DOCKER_HUB_KEY : key);
    });
  }

  it('never writes a dead key for a name of Docker Hub', () => {
    for (const { registry, key } of cases)
      if (key === 'HUB') expect(whyDead(keyForRegistry(registry))).to.equal(undefined);
  });
});

describe('whyDead', () => {
  const cases = table(
    'key                            | dead',
    'https://index.docker.io/v1/    | no',
    'index.docker.io                | no',
    'docker.io                      | no',
    'docker.io/acme                 | no',
    'https://index.docker.io/v1     | yes',
    'https://docker.io/v1           | yes',
    'index.docker.io/acme           | yes',
    'registry-1.docker.io           | yes',
    'https://registry-1.docker.io/v2/ | yes',
    'hub.docker.com                 | yes',
    'https://registry.hub.docker.com | yes',
    'ghcr.io                        | no',
    'https://ghcr.io/v1/            | no',
  );
  for (const { key, dead } of cases) {
    it(`${key} is ${dead === 'yes' ? 'dead, and the sentence names it and the key to write' : 'alive'}`, () => {
      const sentence = whyDead(key);
      if (dead === 'yes') expect(sentence).to.include(key).and.include(DOCKER_HUB_KEY);
      else expect(sentence).to.equal(undefined);
    });
  }
});
