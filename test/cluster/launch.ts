import { join } from 'node:path';
import { apiServerReady, startApiServer, type ApiServerOptions } from './api-server.ts';
import type { Binaries } from './binaries.ts';
import { startControllerManager } from './controller-manager.ts';
import { whileRunning, type Daemon } from './daemon.ts';
import { startEtcd } from './etcd.ts';
import { writeKubeconfig, type Server } from './kubeconfig.ts';
import type { Profile } from './profile.ts';
import { request } from './request.ts';
import { writeServiceAccountKeys } from './service-account-keys.ts';
import { ADMINISTRATOR, CONTROLLER_MANAGER_USER, writeUsers } from './users.ts';
import { until } from './wait.ts';

const DEFAULT_ACCOUNT_WITHIN = 60_000;

/** Everything that runs, and what is needed to talk to it, to stop it, and to start the API server again. */
export interface Launched {
  readonly dataDir: string;
  readonly server: Server;
  readonly apiServerOptions: ApiServerOptions;
  readonly adminKubeconfig: string;
  readonly tokens: ReadonlyMap<string, string>;
  readonly etcd: Daemon;
  readonly apiServer: Daemon;
  readonly controllerManager: Daemon;
}

/** What a control plane is started from. */
export interface LaunchOptions {
  readonly binaries: Binaries;
  /** Exists, and is removed by the caller. */
  readonly dataDir: string;
  /** Folder for the servers' output and the audit log; exists. */
  readonly logs: string;
  readonly profile: Profile;
}

/**
 * Starts the three servers once.
 * @throws DaemonEnded when one of them ends before all is ready, as after a lost race for a port; none is left running then.
 */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const started: Daemon[] = [];
  const track = (daemon: Daemon): Daemon => {
    started.push(daemon);
    return daemon;
  };
  try {
    return await launchTracked(options, track);
  } catch (error) {
    for (const daemon of started.toReversed()) await daemon.stop(0);
    throw error;
  }
}

async function launchTracked(
  { binaries, dataDir, logs, profile }: LaunchOptions,
  track: (daemon: Daemon) => Daemon,
): Promise<Launched> {
  const logFile = (name: string): string => join(logs, `${name}.log`);
  const [keys, users] = await Promise.all([writeServiceAccountKeys(dataDir), writeUsers(dataDir, profile.users)]);
  const { daemon, url: etcdUrl } = await startEtcd(binaries.etcd, dataDir, logFile('etcd'));
  const etcd = track(daemon);

  const apiServerOptions: ApiServerOptions = {
    binary: binaries.kubeApiserver,
    directory: dataDir,
    logFile: logFile('kube-apiserver'),
    listener: await profile.listener(),
    etcdUrl,
    tokenFile: users.tokenFile,
    auditLog: join(logs, 'audit.log'),
    keys,
    flags: profile.apiServerFlags,
  };
  const apiServer = track(await startApiServer(apiServerOptions));
  const server = await apiServerReady([etcd, apiServer], apiServerOptions);

  const kubeconfigOf = (user: string): Promise<string> =>
    writeKubeconfig(dataDir, server, user, users.tokens.get(user) ?? '');
  const controllerManager = track(
    startControllerManager({
      binary: binaries.kubeControllerManager,
      logFile: logFile('kube-controller-manager'),
      kubeconfig: await kubeconfigOf(CONTROLLER_MANAGER_USER),
      keys,
      rootCaFile: server.caFile,
      controllers: profile.controllers,
    }),
  );
  const adminKubeconfig = await kubeconfigOf(ADMINISTRATOR);
  await whileRunning([etcd, apiServer, controllerManager], (signal) =>
    defaultAccount(server, users.tokens.get(ADMINISTRATOR) ?? '', signal),
  );
  const { tokens } = users;
  return { dataDir, server, apiServerOptions, adminKubeconfig, tokens, etcd, apiServer, controllerManager };
}

/** The default ServiceAccount is the first thing that the controller manager makes: it works once that is there. */
function defaultAccount(server: Server, token: string, signal: AbortSignal): Promise<true> {
  const path = '/api/v1/namespaces/default/serviceaccounts/default';
  return until(async () => ((await request(server, { path, token })).status === 200 ? true : undefined), {
    what: 'ServiceAccount default/default made by kube-controller-manager',
    within: DEFAULT_ACCOUNT_WITHIN,
    signal,
  });
}
