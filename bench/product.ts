import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..');

/** What the image runs, and how. */
export interface Product {
  readonly script: string;
  readonly nodeArguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Of the memory that a container may use, Node gives its heap half. Here it would see the whole machine's, and collect garbage far more seldom. */
const HEAP_SHARE = 0.5;

/**
 * Builds `dist`, and reads from the Dockerfile with which arguments and environment Node runs it, and from the Deployment with how much memory.
 * @throws Error when it cannot be built, or when these files do not say so
 */
export async function buildProduct(): Promise<Product> {
  await promisify(execFile)('npm', ['run', '-s', 'build'], { cwd: ROOT });
  const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');
  const { nodeArguments, env } = startOf(await read('Dockerfile'));
  const heap = Math.floor(memoryLimitOf(await read('config/manager/deployment.yaml')) * HEAP_SHARE);
  return {
    script: join(ROOT, 'dist/main.js'),
    nodeArguments: [...nodeArguments, `--max-old-space-size=${heap}`],
    env,
  };
}

/** MiB. Pure. @throws Error where there is none */
function memoryLimitOf(deployment: string): number {
  const limit = /^ +limits:\n +memory: (\d+)Mi$/m.exec(deployment)?.[1];
  if (limit === undefined) throw new Error('the Deployment has no limit of memory in Mi');
  return Number(limit);
}

/** Pure. @throws Error where there is no ENTRYPOINT in JSON */
function startOf(dockerfile: string): Pick<Product, 'nodeArguments' | 'env'> {
  const entryPoint: unknown = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? 'null');
  if (!isTexts(entryPoint)) throw new Error('the Dockerfile has no ENTRYPOINT in JSON');
  const settings = [...dockerfile.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(
    ([, name = '', value = '']): [string, string] => [name, value],
  );
  return { nodeArguments: entryPoint.slice(1, -1), env: Object.fromEntries(settings) };
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
