import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { podLogsIn } from '../sandbox/environment.ts';
import type { Node } from './node.ts';
import { runTool } from './tool.ts';

/** What a person asks first. Objects that hold credentials are not among it. */
const QUESTIONS: readonly (readonly string[])[] = [
  ['get', 'pods', '--all-namespaces', '--output=wide'],
  ['get', 'events', '--all-namespaces', '--sort-by=.lastTimestamp'],
  ['get', 'registrycredentialpolicies', '--output=yaml'],
  ['get', 'pods', '--all-namespaces', '--output=yaml'],
];

/**
 * Writes what the cluster looks like now to a folder below that of logs: answers of kubectl, what the node's witnesses tell, and the logs of all
 * pods that are there now, since a pod's go with it.
 * @param occasion names the folder, as far as file names go
 */
export async function writeSnapshot(node: Node, occasion: string): Promise<void> {
  const answers = await Promise.all(
    QUESTIONS.map(async (args) => {
      const { stdout, stderr } = await node.plane.kubectl(args);
      return `$ kubectl ${args.join(' ')}\n${stdout}${stderr}`;
    }),
  );
  const { logs } = node.sandbox;
  const folder = join(logs, `failed-${occasion.replaceAll(/[^\w-]+/g, '-').slice(0, 100)}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'cluster.txt'), answers.join('\n'));
  for (const { name, tell } of node.witnesses) await writeFile(join(folder, `${name}.txt`), tell());
  // Some go while they are copied; cp copies the others all the same.
  await runTool('cp', ['-r', podLogsIn(logs), folder]).catch(() => undefined);
}
