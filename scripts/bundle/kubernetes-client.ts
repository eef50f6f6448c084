import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as client from '@kubernetes/client-node';
import type { OnResolveArgs, Plugin } from 'esbuild';

const CLIENT = '@kubernetes/client-node';
const BASE = '@dot-i/k8s-operator';
const VIRTUAL = 'exports-for-the-base-class';

/**
 * Leaves out of the client what nobody names: 12 of its 19 MB are classes for APIs that the operator never calls. The client does not say that
 * its modules can be dropped, and the base class, a CommonJS module, takes the package as a whole; so it is given the exports whose names occur in its
 * source, and the client's modules are marked free of side effects. (One has any: a polyfill for Node 18.)
 * @throws Error when either package cannot be read
 */
export async function trimKubernetesClient(): Promise<Plugin> {
  const index = fileURLToPath(import.meta.resolve(CLIENT));
  const base = fileURLToPath(import.meta.resolve(BASE));
  const names = await namesIn(base);
  return {
    name: 'trim-kubernetes-client',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${CLIENT}$`) }, ({ importer }) =>
        importer === base ? { path: CLIENT, namespace: VIRTUAL } : { path: index, sideEffects: false },
      );
      build.onResolve({ filter: /^\.\.?\// }, ({ importer, path, resolveDir }: OnResolveArgs) =>
        importer.startsWith(dirname(index) + sep) ? { path: join(resolveDir, path), sideEffects: false } : undefined,
      );
      build.onLoad({ filter: /./, namespace: VIRTUAL }, () => ({
        contents: `export { ${names.join(', ')} } from '${CLIENT}';`,
        resolveDir: dirname(base),
      }));
    },
  };
}

/** Exports of the client whose names occur in a file. */
async function namesIn(file: string): Promise<readonly string[]> {
  const source = await readFile(file, 'utf8');
  const words = new Set(source.match(/\w+/g));
  return Object.keys(client).filter((name) => words.has(name));
}
