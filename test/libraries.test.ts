import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const own = createRequire(import.meta.url);

/** The folder of a package, as code at `from` gets it. */
function folderOf(name: string, from: NodeJS.Require): string {
  for (const modules of from.resolve.paths(name) ?? []) if (existsSync(join(modules, name))) return join(modules, name);
  throw new Error(`${name} is not installed`);
}

const manifest = (folder: string): { version: string; name: string } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string; name: string };

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
}
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
const installed = Object.entries(lock.packages);
const pathsOf = (name: string): string[] =>
  installed.map(([path]) => path).filter((path) => path.endsWith(`node_modules/${name}`));

describe('the Kubernetes client', () => {
  const base = folderOf('@dot-i/k8s-operator', own);

  it('is one for the program and the base class, of major version 2', () => {
    const ours = folderOf('@kubernetes/client-node', own);
    expect(folderOf('@kubernetes/client-node', createRequire(join(base, 'package.json')))).to.equal(ours);
    expect(manifest(ours).version).to.match(/^2\./);
  });

  it('stands once in the lockfile, in exactly the version that package.json names', () => {
    expect(pathsOf('@kubernetes/client-node')).to.deep.equal(['node_modules/@kubernetes/client-node']);
    expect(lock.packages['node_modules/@kubernetes/client-node']?.version).to.equal('2.0.1');
    expect(manifest(base).version).to.equal('1.3.9');
  });
});

describe('the lockfile', () => {
  it('is free of the deprecated request chain', () => {
    for (const name of ['request', 'request-promise', 'request-promise-native', 'har-validator', 'tough-cookie'])
      expect(pathsOf(name), name).to.deep.equal([]);
  });

  it('names no registry but the public one', () => {
    const hosts = new Set(
      installed.flatMap(([, { resolved }]) => (resolved === undefined ? [] : [new URL(resolved).host])),
    );
    hosts.delete('registry.npmjs.org');
    expect([...hosts]).to.deep.equal([]);
  });

  it('has undici once: a dispatcher of another copy is not taken', () => {
    const paths = pathsOf('undici');
    expect(new Set(paths.map((path) => lock.packages[path]?.version?.split('.')[0]))).to.have.lengthOf(1);
  });
});
