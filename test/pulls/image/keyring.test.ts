import { expect } from 'chai';
import { keysFor, whyNotUsed, wouldUse } from '../../../src/pulls/image/keyring.ts';
import { DOCKER_HUB_KEY, whyDead } from '../../../src/registry/key.ts';
import { items, table } from '../../table.ts';

describe('whyNotUsed', () => {
  const cases = table(
    'key                              | image                              | why not',
    'https://index.docker.io/v1/      | nginx                              | -',
    'https://index.docker.io/v1/      | acme/app:2                         | -',
    'https://index.docker.io/v1/      | docker.io/acme/app                 | -',
    'https://index.docker.io/v1/      | index.docker.io/acme/app           | -',
    'https://index.docker.io/v2/      | nginx                              | -',
    'index.docker.io                  | nginx                              | -',
    'http://index.docker.io           | nginx                              | -',
    'https://index.docker.io/v1/      | localhost/app                      | -',
    'https://index.docker.io/v1/      | MyHost/app                         | -',
    'https://index.docker.io/v1/      | localhost:5000/app                 | port',
    'https://index.docker.io/v1/      | registry-1.docker.io/library/nginx | host',
    'https://index.docker.io/v1/      | ghcr.io/acme/app                   | host',
    'https://index.docker.io/v1       | nginx                              | host',
    'index.docker.io/acme             | acme/app                           | host',
    'docker.io                        | nginx                              | -',
    'docker.io                        | index.docker.io/library/nginx      | -',
    'https://docker.io/v1/            | nginx                              | -',
    'docker.io/acme                   | acme/app                           | -',
    'docker.io/acme                   | nginx                              | path',
    '*.io                             | nginx                              | -',
    'registry-1.docker.io             | nginx                              | host',
    'registry-1.docker.io             | registry-1.docker.io/library/nginx | -',
    'hub.docker.com                   | nginx                              | host',
    'registry.hub.docker.com          | acme/app                           | host',
    'ghcr.io                          | ghcr.io/acme/app                   | -',
    'https://ghcr.io                  | ghcr.io/acme/app                   | -',
    'https://ghcr.io/                 | ghcr.io/acme/app                   | -',
    'https://ghcr.io/v2/              | ghcr.io/acme/app                   | -',
    'GHCR.io                          | ghcr.io/acme/app                   | host',
    'ghcr.*                           | ghcr.io/acme/app                   | -',
    'ghcr.*                           | ghcr.io.example/acme/app           | host',
    'ghcr.io/acme                     | ghcr.io/acme/app                   | -',
    'ghcr.io/acme                     | ghcr.io/acmecorp/app               | -',
    'ghcr.io/acme/                    | ghcr.io/acmecorp/app               | path',
    'ghcr.io/acme/app:2               | ghcr.io/acme/app:2                 | path',
    'https://ghcr.io/v2/acme          | ghcr.io/acme/app                   | -',
    'https://ghcr.io/v1               | ghcr.io/acme/app                   | path',
    'registry.example.com             | registry.example.com:443/app       | port',
    'registry.example.com:443         | registry.example.com/app           | port',
    'registry.example.com:5000        | registry.example.com:5000/app      | -',
    '*.example.com                    | a.example.com/app                  | -',
    '*.example.com                    | a.b.example.com/app                | host',
    '*.example.com                    | example.com/app                    | host',
    '*.*.example.com                  | a.b.example.com/app                | -',
    'reg*.example.com                 | reg42.example.com/app              | -',
    'reg*2.example.com                | reg42.example.com/app              | -',
    'reg*3.example.com                | reg42.example.com/app              | host',
    'reg?.example.com                 | reg4.example.com/app               | -',
    'reg?.example.com                 | reg42.example.com/app              | host',
    '*.example.com:5000               | a.example.com:5000/app             | -',
    '*.dkr.ecr.*.amazonaws.com        | 42.dkr.ecr.eu-west-1.amazonaws.com/app | -',
    '[2001:db8::1]:5000               | [2001:db8::1]:5000/app             | -',
    '[2001:db8::1]                    | [2001:db8::1]/app                  | host',
    'two words                        | nginx                              | host',
    'ghcr.io                          | Not An Image                       | name',
  );
  const EXPECTED_WORDS: Readonly<Record<string, string>> = {
    port: 'its port',
    host: 'host',
    path: 'its path',
    name: 'not the name of an image',
  };
  for (const row of cases) {
    it(row.title, () => {
      const why = whyNotUsed(row.key, row.image);
      if (row['why not'] === '-') expect(why).to.equal(undefined);
      else expect(why).to.include(EXPECTED_WORDS[row['why not']]);
      expect(wouldUse(row.key, row.image)).to.equal(why === undefined);
    });
  }

  it('says that another key keeps the kubelet from looking for the credential of Docker Hub', () => {
    expect(whyNotUsed(DOCKER_HUB_KEY, 'nginx', ['docker.io'])).to.include('docker.io matches the image');
    expect(whyNotUsed(DOCKER_HUB_KEY, 'nginx', ['ghcr.io', 'docker.io/acme'])).to.equal(undefined);
  });

  it('agrees with what is said of dead keys: no Docker Hub image uses one', () => {
    const dead = ['registry-1.docker.io', 'https://index.docker.io/v1', 'hub.docker.com', 'index.docker.io/acme'];
    for (const key of dead) {
      expect(whyDead(key), key).to.be.a('string');
      for (const image of ['nginx', 'acme/app', 'docker.io/acme/app'])
        expect(wouldUse(key, image), key).to.equal(false);
    }
  });
});

describe('keysFor', () => {
  const cases = table(
    'keys                                       | image            | tried',
    'https://index.docker.io/v1/ ghcr.io        | nginx            | https://index.docker.io/v1/',
    'https://index.docker.io/v1/ docker.io      | nginx            | docker.io',
    'https://index.docker.io/v1/ docker.io/acme | nginx            | https://index.docker.io/v1/',
    'https://index.docker.io/v1/ docker.io/acme | acme/app         | docker.io/acme',
    'ghcr.io ghcr.io/acme ghcr.io/other         | ghcr.io/acme/app | ghcr.io/acme ghcr.io',
    'https://ghcr.io/v2/ ghcr.io/acme/app       | ghcr.io/acme/app | ghcr.io/acme/app https://ghcr.io/v2/',
    '*.io ghcr.io                               | ghcr.io/acme/app | ghcr.io *.io',
    'https://index.docker.io/v1/                | quay.io/acme/app | -',
    'ghcr.io                                    | Not/An Image     | -',
  );
  for (const row of cases) {
    it(row.title, () => {
      expect(keysFor(items(row.keys), row.image)).to.deep.equal(items(row.tried));
    });
  }
});
