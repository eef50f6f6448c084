/** `node e2e/node/hold.ts`, in a sandbox: a node that stays until the sandbox is ended. */
import { rename, writeFile } from 'node:fs/promises';
import { logToStderr } from '../../test/cluster/log.ts';
import { sandboxOf } from '../sandbox/environment.ts';
import { launchNode } from './launch.ts';
import { makeFoldersPrivate } from './private-folders.ts';
import { readyFile } from './ready.ts';

setInterval(() => undefined, 60_000);
const sandbox = sandboxOf();
await makeFoldersPrivate(sandbox.folder);
const { plane } = await launchNode(sandbox, logToStderr);
const file = readyFile(sandbox.folder);
// Never seen half written.
await writeFile(`${file}.new`, plane.adminKubeconfig);
await rename(`${file}.new`, file);
