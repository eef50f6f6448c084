import { expect } from 'chai';
import { Registries } from '../../../src/pulls/coverage/registries.ts';
import { table } from '../../table.ts';

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

describe('the registry of a key', () => {
  const keys = table(
    'key                         | host',
    'https://index.docker.io/v1/ | docker.io',
    'registry-1.docker.io        | docker.io',
    'https://GHCR.io/team        | ghcr.io',
    'r.example.com:5000/v2/      | r.example.com:5000',
  );
  for (const { title, key, host } of keys)
    it(title, () => {
      expect(new Registries([key]).has(host)).to.equal(true);
    });
});
