/** `node test/cluster/main.ts`: a control plane to try things on, until Ctrl-C. */
import { once } from 'node:events';
import { startControlPlane } from './control-plane.ts';
import { logToStderr } from './log.ts';

const interrupted = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
const keepAlive = setInterval(() => undefined, 60_000);

const plane = await startControlPlane();
process.stdout.write(`export KUBECONFIG=${plane.adminKubeconfig}\n`);
logToStderr('Ctrl-C ends it and removes its data.');

await interrupted;
await plane.stop();
clearInterval(keepAlive);
