import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../../test/cluster/control-plane.ts';
import { whileRunning, type Daemon } from '../../test/cluster/daemon.ts';
import type { Log } from '../../test/cluster/log.ts';
import { until } from '../../test/cluster/wait.ts';
import { writeOciArchive } from '../registry/images/oci-archive.ts';
import { podLogsIn, type Sandbox } from '../sandbox/environment.ts';
import { HUB, NODE_NAME, SECOND_REGISTRY } from './addresses.ts';
import { findClusterBinaries, type ClusterBinaries } from './binaries.ts';
import { PAUSE_IMAGE } from './containerd-config.ts';
import { Containerd } from './containerd.ts';
import { Kubelet } from './kubelet.ts';
import { setUpNetwork } from './network.ts';
import { CNI_PLUGINS, findRunc } from './packages.ts';
import { showKernelSettings } from './private-folders.ts';
import { KUBELET_USER, SCHEDULER_USER, WITH_NODE } from './profile.ts';
import { startScheduler } from './scheduler.ts';
import { steps } from './steps.ts';

const NODE_READY_WITHIN = 120_000;

/** Everything that runs. */
export interface LaunchedNode {
  readonly plane: ControlPlane;
  readonly scheduler: Daemon;
  readonly containerd: Containerd;
  readonly kubelet: Kubelet;
}

/**
 * Starts a cluster of one node in the sandbox that this process is in, whose folders are private, and waits until the node is ready. All of it ends
 * with this process.
 * @throws Error naming the step that failed
 */
export async function launchNode(sandbox: Sandbox, log: Log): Promise<LaunchedNode> {
  const step = steps(log);
  await step('kernel settings of the sandbox', () => showKernelSettings(sandbox.folder));
  await step('network', setUpNetwork);
  const binaries = await step('binaries', () => findClusterBinaries(log));
  const plane = await step('control plane', () =>
    startControlPlane({ binaries: binaries.plane, profile: WITH_NODE, logs: sandbox.logs, log }),
  );
  const logFile = (name: string): string => join(sandbox.logs, `${name}.log`);
  const kubeconfig = await plane.kubeconfigFor(SCHEDULER_USER);
  const scheduler = startScheduler({
    binary: binaries.node.kubeScheduler,
    kubeconfig,
    logFile: logFile('kube-scheduler'),
  });
  const containerd = await step('containerd', () => startContainerd(binaries, sandbox));
  const kubelet = await step('kubelet', async () =>
    Kubelet.start({
      binary: binaries.node.kubelet,
      folder: join(sandbox.folder, 'kubelet'),
      podLogs: podLogsIn(sandbox.logs),
      logFile: logFile('kubelet'),
      kubeconfig: await plane.kubeconfigFor(KUBELET_USER),
      runtimeSocket: containerd.socket,
      controlGroup: sandbox.name,
    }),
  );
  await step('node ready', () => nodeReady(plane, [scheduler, containerd.daemon, kubelet.daemon]));
  return { plane, scheduler, containerd, kubelet };
}

async function startContainerd({ containerd, ctr }: ClusterBinaries, sandbox: Sandbox): Promise<Containerd> {
  const folder = join(sandbox.folder, 'containerd');
  await mkdir(folder);
  const options = {
    containerd,
    ctr,
    runc: await findRunc(),
    networkPlugins: CNI_PLUGINS,
    folder,
    logFile: join(sandbox.logs, 'containerd.log'),
  };
  const runtime = await Containerd.start(options, [HUB, SECOND_REGISTRY]);
  const pause = join(folder, 'pause.tar');
  await writeOciArchive({ reference: PAUSE_IMAGE, file: pause });
  await runtime.importImages(pause);
  return runtime;
}

/** Ready, and free of the taint that keeps pods away until the node's controller has seen that. */
async function nodeReady(plane: ControlPlane, daemons: readonly Daemon[]): Promise<void> {
  const fields = `{.status.conditions[?(@.type=="Ready")].status} {.spec.taints[*].key}`;
  const look = async (): Promise<true | undefined> => {
    const { stdout } = await plane.kubectl(['get', 'node', NODE_NAME, `--output=jsonpath=${fields}`]);
    return stdout.trim() === 'True' ? true : undefined;
  };
  const wait = { what: `node ${NODE_NAME} ready`, within: NODE_READY_WITHIN, every: 250 };
  await whileRunning(daemons, (signal) => until(look, { ...wait, signal }));
}
