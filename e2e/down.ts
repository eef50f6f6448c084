/** `node e2e/down.ts`: ends the node that `e2e/up.ts` left running, and says whether anything is left of it. */
import { readFile } from 'node:fs/promises';
import { logToStderr as log } from '../test/cluster/log.ts';
import { until } from '../test/cluster/wait.ts';
import { heldFiles, heldNode, oneAtATime, type HeldFiles } from './node/held-node.ts';
import { startOf } from './sandbox/owner.ts';
import { NOTHING_LEFT } from './sandbox/run.ts';
import { sweepLeftovers } from './sandbox/sweep.ts';

const ENDED_WITHIN = 90_000;

async function down(files: HeldFiles): Promise<void> {
  const node = await heldNode(files);
  if (node === undefined) {
    log('none is running');
    await sweepLeftovers(log);
    return;
  }
  const { length } = await readFile(files.log, 'utf8');
  process.kill(node.pid, 'SIGTERM');
  const gone = async (): Promise<true | undefined> => ((await startOf(node.pid)) === undefined ? true : undefined);
  await until(gone, { what: `process ${node.pid} ended`, within: ENDED_WITHIN });
  const said = (await readFile(files.log, 'utf8')).slice(length).trim();
  log(said);
  if (!said.includes(NOTHING_LEFT)) throw new Error('something is left behind');
}

try {
  const files = await heldFiles();
  await oneAtATime(files, log, () => down(files));
} catch (error) {
  log(`make e2e-down: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
