import { expect } from 'chai';
import { isPinned, isSameImage, normalisedImage, parseImage } from '../../../src/pulls/image/image-reference.ts';
import { table } from '../../table.ts';

const HEX = '0123456789abcdef'.repeat(4);
const DIGEST = `sha256:${HEX}`;
const spell = (text: string): string => text.replace('DIGEST', DIGEST).replace('HEX', HEX);

describe('parseImage', () => {
  const cases = table(
    'image                                | host                  | qualified | repository       | normalised',
    'nginx                                | docker.io             | no        | library/nginx    | docker.io/library/nginx:latest',
    'nginx:1                              | docker.io             | no        | library/nginx    | docker.io/library/nginx:1',
    'library/nginx                        | docker.io             | no        | library/nginx    | docker.io/library/nginx:latest',
    'docker.io/nginx                      | docker.io             | yes       | library/nginx    | docker.io/library/nginx:latest',
    'index.docker.io/library/nginx        | docker.io             | yes       | library/nginx    | docker.io/library/nginx:latest',
    'index.docker.io/nginx                | docker.io             | yes       | library/nginx    | docker.io/library/nginx:latest',
    'registry-1.docker.io/library/nginx   | registry-1.docker.io  | yes       | library/nginx    | registry-1.docker.io/library/nginx:latest',
    'acme/app                             | docker.io             | no        | acme/app         | docker.io/acme/app:latest',
    'localhost/app                        | localhost             | yes       | app              | localhost/app:latest',
    'localhost:5000/app                   | localhost:5000        | yes       | app              | localhost:5000/app:latest',
    'host:5000/a/b:tag@DIGEST             | host:5000             | yes       | a/b              | host:5000/a/b@DIGEST',
    'host:5000/a/b@DIGEST                 | host:5000             | yes       | a/b              | host:5000/a/b@DIGEST',
    'myhost/app                           | docker.io             | no        | myhost/app       | docker.io/myhost/app:latest',
    'MyHost/app                           | MyHost                | yes       | app              | MyHost/app:latest',
    'app:5000                             | docker.io             | no        | library/app      | docker.io/library/app:5000',
    'app:5000/x                           | app:5000              | yes       | x                | app:5000/x:latest',
    '[2001:db8::1]:5000/app               | [2001:db8::1]:5000    | yes       | app              | [2001:db8::1]:5000/app:latest',
    '192.0.2.1/app:V1.0_x-y               | 192.0.2.1             | yes       | app              | 192.0.2.1/app:V1.0_x-y',
    'a__b/c.d/e---f                       | docker.io             | no        | a__b/c.d/e---f   | docker.io/a__b/c.d/e---f:latest',
    'nginx:429                            | docker.io             | no        | library/nginx    | docker.io/library/nginx:429',
  );
  for (const row of cases) {
    it(row.title, () => {
      const parsed = parseImage(spell(row.image));
      expect(parsed).to.include({ host: row.host, qualified: row.qualified === 'yes', repository: row.repository });
      expect(parsed && normalisedImage(parsed)).to.equal(spell(row.normalised));
    });
  }

  const invalid = [
    '',
    ' ',
    'Nginx',
    'acme/App',
    'nginx:',
    'nginx:-1',
    'nginx:.x',
    `nginx:${'t'.repeat(129)}`,
    'nginx@',
    'nginx@sha256:abc',
    `nginx@md5:${HEX}`,
    `nginx@${DIGEST.toUpperCase()}`,
    `nginx@${DIGEST}@${DIGEST}`,
    HEX,
    'a//b',
    '/a',
    'a/',
    '-a',
    'a-',
    'a___b',
    'a..b',
    'a._b',
    'host:port/app',
    'ho_st.io/app',
    '-host.io/app',
    'https://ghcr.io/acme/app',
    'two words',
    'a\nb',
    'größe',
    `a/${'b'.repeat(254)}`,
    'x'.repeat(1_000_000),
    '429 Too Many Requests',
    '"quoted"',
  ];
  for (const text of invalid) {
    it(`finds no image in ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(parseImage(text)).to.equal(undefined);
    });
  }

  it('takes a repository of 255 characters, and no longer one', () => {
    expect(parseImage(`r.io/${'b'.repeat(255)}`)?.repository).to.have.length(255);
    expect(parseImage(`r.io/${'b'.repeat(256)}`)).to.equal(undefined);
  });
});

describe('isSameImage', () => {
  const cases = table(
    'one                 | other                          | same',
    'nginx               | docker.io/library/nginx:latest | yes',
    'nginx:1             | index.docker.io/nginx:1        | yes',
    'nginx:1             | nginx:2                        | no',
    'nginx:1             | ghcr.io/library/nginx:1        | no',
    'nginx:1@DIGEST      | docker.io/library/nginx@DIGEST | yes',
    'Not An Image        | Not An Image                   | yes',
    'Not An Image        | nginx                          | no',
  );
  for (const row of cases) {
    it(row.title, () => {
      expect(isSameImage(spell(row.one), spell(row.other))).to.equal(row.same === 'yes');
    });
  }
});

describe('isPinned', () => {
  it('is true of a digest alone', () => {
    expect([
      isPinned('nginx'),
      isPinned('nginx:1.29.4'),
      isPinned(`nginx@${DIGEST}`),
      isPinned(`nginx:1@${DIGEST}`),
    ]).to.deep.equal([false, false, true, true]);
  });
});
