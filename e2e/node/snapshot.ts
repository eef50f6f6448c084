import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Node } from './node.ts';

/** What a person asks first. Objects that hold credentials are not among it. */
const QUESTIONS: readonly (readonly string[])[] = [
  ['get', 'pods', '--all-namespaces', '--output=wide'],
  ['get', 'events', '--all-namespaces', '--sort-by=.lastTimestamp'],
  ['get', 'registrycredentialpolicies', '--output=yaml'],
  ['get', 'pods', '--all-namespaces', '--output=yaml'],
];

/**
 * Writes what the cluster looks like now to a file in the folder of logs.
 * @param occasion names the file, as far as file names go
 */
export async function writeSnapshot(node: Node, occasion: string): Promise<void> {
  const answers = await Promise.all(
    QUESTIONS.map(async (args) => {
      const { stdout, stderr } = await node.plane.kubectl(args);
      return `$ kubectl ${args.join(' ')}\n${stdout}${stderr}`;
    }),
  );
  const file = `failed-${occasion.replaceAll(/[^\w-]+/g, '-').slice(0, 100)}.txt`;
  await writeFile(join(node.sandbox.logs, file), answers.join('\n'));
}
