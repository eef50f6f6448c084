import { glob } from 'node:fs/promises';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Where tests lie that run in a sandbox only. */
const PATTERNS = ['e2e/stories/**/*.test.ts', 'e2e/*/*.e2e.ts'];

/**
 * The files of stories, from the root of the repository.
 * @param names of those that are wanted; all without: `node` is `e2e/stories/node.test.ts`
 * @throws Error with the names that there are when one is not among them
 */
export async function storyFiles(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob(PATTERNS, { cwd: ROOT })) files.push(file);
  files.sort();
  const unknown = names.find((name) => !files.some((file) => nameOf(file) === name));
  if (unknown !== undefined) {
    throw new Error(`there is no story ${unknown}; there are ${files.map(nameOf).join(', ')}`);
  }
  return names.length === 0 ? files : files.filter((file) => names.includes(nameOf(file)));
}

const nameOf = (file: string): string => basename(file).replace(/\.(test|e2e)\.ts$/, '');
