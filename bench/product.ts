import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..');

/** What the image runs, and how. */
export interface Product {
  readonly script: string;
  readonly nodeArguments: readonly string[];
}

/**
 * Builds `dist` and reads from the Dockerfile with which arguments Node runs it.
 * @throws Error when it does not compile, or the Dockerfile has no ENTRYPOINT in JSON
 */
export async function buildProduct(): Promise<Product> {
  await promisify(execFile)('npm', ['run', '-s', 'build'], { cwd: ROOT });
  const entryPoint = /^ENTRYPOINT (\[.*\])$/m.exec(await readFile(join(ROOT, 'Dockerfile'), 'utf8'))?.[1];
  const words: unknown = JSON.parse(entryPoint ?? 'null');
  if (!isTexts(words)) throw new Error('the Dockerfile has no ENTRYPOINT in JSON');
  return { script: join(ROOT, 'dist/main.js'), nodeArguments: words.slice(1, -1) };
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
