import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditPolicy } from './audit-policy.ts';
import { Daemon, whileRunning } from './daemon.ts';
import type { Server } from './kubeconfig.ts';
import { request } from './request.ts';
import type { ServiceAccountKeys } from './service-account-keys.ts';
import { until } from './wait.ts';

/** Four to five seconds on two idle cores; ample for a machine that does much else. */
const READY_WITHIN = 120_000;

/** Where an API server is reached. */
export interface Listener {
  /** The address it listens on: one of the machine's, or `0.0.0.0`. */
  readonly bindAddress: string;
  /** The address its clients use; its certificate names it. */
  readonly address: string;
  readonly port: number;
}

export interface ApiServerOptions {
  readonly binary: string;
  readonly directory: string;
  readonly logFile: string;
  readonly listener: Listener;
  readonly etcdUrl: string;
  readonly tokenFile: string;
  readonly auditLog: string;
  readonly keys: ServiceAccountKeys;
  /** Further flags. */
  readonly flags: readonly string[];
}

/**
 * Starts kube-apiserver. Its self-signed certificate, made at the first start, stays in the directory: a later start on the same directory
 * and port is the same server for all clients.
 */
export async function startApiServer(options: ApiServerOptions): Promise<Daemon> {
  const { directory, keys, listener } = options;
  const policyFile = join(directory, 'audit-policy.json');
  await writeFile(policyFile, JSON.stringify(auditPolicy));
  const args = [
    `--etcd-servers=${options.etcdUrl}`,
    `--bind-address=${listener.bindAddress}`,
    `--advertise-address=${listener.address}`,
    `--secure-port=${listener.port}`,
    `--cert-dir=${certificates(directory)}`,
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${options.tokenFile}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${keys.publicKeyFile}`,
    `--service-account-signing-key-file=${keys.privateKeyFile}`,
    '--service-cluster-ip-range=10.96.0.0/24',
    `--audit-policy-file=${policyFile}`,
    `--audit-log-path=${options.auditLog}`,
    '--audit-log-maxsize=0',
    '--event-ttl=1h',
    '--delete-collection-workers=8',
    '--profiling=false',
    ...options.flags,
  ];
  return Daemon.start(options.binary, args, options.logFile);
}

/**
 * Waits until the API server says that it is ready.
 * @param daemons without which it will never be: itself, and etcd
 * @throws DaemonEnded when one of them ends before; Error when it is not ready within two minutes.
 */
export async function apiServerReady(
  daemons: readonly Daemon[],
  { directory, listener }: ApiServerOptions,
): Promise<Server> {
  const url = `https://${listener.address}:${listener.port}`;
  // The server's certificate and that of the authority that signed it.
  const caFile = join(certificates(directory), 'apiserver.crt');
  const wait = { what: 'kube-apiserver ready', within: READY_WITHIN };
  return whileRunning(daemons, (signal) => until(() => readyServer(url, caFile), { ...wait, signal }));
}

async function readyServer(url: string, caFile: string): Promise<Server | undefined> {
  try {
    const caData = await readFile(caFile, 'utf8');
    const { status } = await request({ url, caData, caFile }, { path: '/readyz' });
    return status === 200 ? { url, caData, caFile } : undefined;
  } catch {
    // No certificate or no listener yet.
    return undefined;
  }
}

const certificates = (directory: string): string => join(directory, 'certificates');
