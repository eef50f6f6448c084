/** What `e2e-up` leaves behind: holds a node until SIGTERM, with a way to it from the machine. Its output is the log. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logToStderr as log } from '../test/cluster/log.ts';
import { until } from '../test/cluster/wait.ts';
import { findKubectl } from '../test/cluster/binaries.ts';
import { forgetHolder, heldFiles, recordHolder } from './node/held-node.ts';
import { API_SERVER_PORT } from './node/addresses.ts';
import { readyFile } from './node/ready.ts';
import { runTool } from './node/tool.ts';
import { linkToHost } from './sandbox/host-link.ts';
import { processOne } from './sandbox/process-one.ts';
import { runInSandbox } from './sandbox/run.ts';
import type { RunningSandbox } from './sandbox/sandbox.ts';

const READY_WITHIN = 300_000;
/** In the certificate of every API server; the address of the link is not. */
const CERTIFIED_NAME = 'kubernetes.default.svc';

const files = await heldFiles();

async function openToHost({ name, folder, pid }: RunningSandbox, signal: AbortSignal): Promise<void> {
  const ready = (): Promise<string | undefined> => readFile(readyFile(folder), 'utf8').catch(() => undefined);
  const inner = await until(ready, { what: 'the node', within: READY_WITHIN, signal });
  const inside = await processOne(pid);
  if (inside === undefined) throw new Error('the sandbox has ended');
  const address = await linkToHost(name, inside);
  await copyFile(inner, files.kubeconfig);
  const server = [`--server=https://${address}:${API_SERVER_PORT}`, `--tls-server-name=${CERTIFIED_NAME}`];
  const kubectl = await findKubectl(log);
  await runTool(kubectl, ['config', `--kubeconfig=${files.kubeconfig}`, 'set-cluster', 'test', ...server]);
  await recordHolder(files);
}

try {
  process.exitCode = await runInSandbox({
    command: process.execPath,
    args: [join(import.meta.dirname, 'node/hold.ts')],
    alone: false,
    log,
    meanwhile: openToHost,
  });
} finally {
  await forgetHolder(files);
}
