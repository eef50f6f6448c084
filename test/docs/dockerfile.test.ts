import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '../..');

describe('the Dockerfile', () => {
  it('builds and runs on the Node of the dev dependency', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: { node: string };
    };
    const { node } = manifest.devDependencies;
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    expect(dockerfile).to.contain(`ARG NODE_IMAGE=node:${node}-`);
    expect(dockerfile).to.contain(`/nodejs${node.split('.')[0] ?? ''}-`);
  });
});
