import { expect } from 'chai';
import { foldHost } from '../../src/registry/hub.ts';
import { table } from '../table.ts';

describe('foldHost', () => {
  const cases = table(
    'host                                          | reported as',
    'docker.io                                     | docker.io',
    'index.docker.io                               | docker.io',
    'registry-1.docker.io                          | docker.io',
    'registry-1.docker.io:443                      | docker.io',
    'auth.docker.io                                | docker.io',
    'registry.hub.docker.com                       | docker.io',
    'hub.docker.com                                | docker.io',
    'production.cloudflare.docker.com              | docker.io',
    'docker-images-prod.0a1b.r2.cloudflarestorage.com | docker.io',
    'Registry-1.Docker.IO                          | docker.io',
    'GHCR.io                                       | ghcr.io',
    'mydocker.io                                   | mydocker.io',
    'docker.io.example.com                         | docker.io.example.com',
    'registry.example.com:5000                     | registry.example.com:5000',
    '[2001:DB8::1]:5000                            | [2001:db8::1]:5000',
  );
  for (const row of cases) {
    it(`reports ${row.host} as ${row['reported as']}`, () => {
      expect(foldHost(row.host)).to.equal(row['reported as']);
    });
  }
});
