import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const final = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  const manifest = JSON.parse(read('package.json')) as {
    version: string;
    description: string;
    license: string;
    devDependencies: { node: string };
  };

  it('builds and runs on the Node of the dev dependency', () => {
    const { node } = manifest.devDependencies;
    expect(dockerfile).to.contain(`ARG NODE_IMAGE=docker.io/library/node:${node}-`);
    expect(dockerfile).to.contain(`/nodejs${node.split('.')[0] ?? ''}-`);
  });

  it('says of the image what package.json says', () => {
    expect(final).to.contain(`ARG VERSION=${manifest.version}\n`);
    expect(final).to.contain(`image.description="${manifest.description}"`);
    expect(final).to.contain(`image.licenses="${manifest.license}"`);
  });

  it('needs no shell in the image that runs', () => {
    expect(final).to.not.match(/^RUN /m);
    expect(final).to.match(/^ENTRYPOINT \["\/nodejs\/bin\/node", .*"\/app\/dist\/main\.js"\]$/m);
  });

  it('runs as the user that the Deployment says', () => {
    const [, user = ''] = /^USER (\d+):\d+$/m.exec(final) ?? [];
    expect(Number(user)).to.be.above(0);
    expect(read('config/manager/deployment.yaml')).to.contain(`runAsUser: ${user}\n`);
  });

  it('finds in the build context all that it copies', () => {
    const allowed = [...read('.dockerignore').matchAll(/^!(\S+)$/gm)].map(([, path = '']) => path);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect(copied).to.not.be.empty;
    for (const path of copied) {
      expect(allowed.some((each) => each === path || each.startsWith(`${path}/`))).to.equal(true, path);
    }
    for (const path of allowed) expect(existsSync(join(ROOT, path))).to.equal(true, path);
  });
});
