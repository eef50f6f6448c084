import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseFiles } from './base-files.ts';

const HERE = 'e2e/image';

/**
 * Says whether two images are built from the same: the content of everything that goes into the build context, of how the image and its bases are
 * made, and of the bases' files. Packages are named in package-lock.json with their checksums; npm itself by its version.
 * @param root the repository
 * @returns a digest in hexadecimal digits
 */
export async function imageKey(root: string, base: BaseFiles, tag: string): Promise<string> {
  const hash = createHash('sha256').update(tag);
  const context = contextPaths(await readFile(join(root, '.dockerignore'), 'utf8'));
  for (const path of ['Dockerfile', '.dockerignore', HERE, ...context]) await addTree(hash, root, path);
  for (const file of [base.node, base.shell, base.env, ...base.libraries, join(base.npm, 'package.json')])
    await addFile(hash, file, file);
  return hash.digest('hex');
}

/** The paths that an allow list in a .dockerignore lets in. */
export const contextPaths = (dockerignore: string): readonly string[] =>
  [...dockerignore.matchAll(/^!(\S+)$/gm)].map(([, path = '']) => path);

async function addTree(hash: Hash, root: string, path: string): Promise<void> {
  if ((await stat(join(root, path))).isFile()) return addFile(hash, path, join(root, path));
  for (const name of (await readdir(join(root, path))).sort()) await addTree(hash, root, join(path, name));
}

async function addFile(hash: Hash, name: string, file: string): Promise<void> {
  hash.update(`\0${name}\0${(await stat(file)).size}\0`);
  const chunks: AsyncIterable<Uint8Array> = createReadStream(file);
  for await (const chunk of chunks) hash.update(chunk);
}
