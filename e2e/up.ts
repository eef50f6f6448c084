/** `node e2e/up.ts`: starts a node that stays until `e2e/down.ts`. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logToStderr as log } from '../test/cluster/log.ts';
import { until } from '../test/cluster/wait.ts';
import { heldFiles, heldNode, oneAtATime, type HeldFiles, type HeldNode } from './node/held-node.ts';
import { prepare, unsuitable } from './prepare.ts';

const READY_WITHIN = 330_000;

async function up(): Promise<HeldNode> {
  const reason = await unsuitable();
  if (reason !== undefined) throw new Error(reason);
  const files = await heldFiles();
  return oneAtATime(files, log, () => ensureNode(files));
}

async function ensureNode(files: HeldFiles): Promise<HeldNode> {
  const running = await heldNode(files);
  if (running !== undefined) {
    log(`one is running already (process ${running.pid}); \`make e2e-down\` ends it`);
    return running;
  }
  await prepare(log);
  return hold(files);
}

/** Starts the holder, and waits until it has written down that it holds a node. */
async function hold(files: HeldFiles): Promise<HeldNode> {
  const output = openSync(files.log, 'w');
  const holder = spawn(process.execPath, [join(import.meta.dirname, 'hold.ts')], {
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const ready = async (): Promise<HeldNode | undefined> => {
    if (holder.exitCode !== null) throw new Error(`the node did not start:\n${await readFile(files.log, 'utf8')}`);
    return heldNode(files);
  };
  const node = await until(ready, { what: `a node (see ${files.log})`, within: READY_WITHIN, every: 200 });
  holder.unref();
  return node;
}

try {
  const { kubeconfig } = await up();
  process.stdout.write(`export KUBECONFIG=${kubeconfig}\n`);
} catch (error) {
  log(`make e2e-up: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
