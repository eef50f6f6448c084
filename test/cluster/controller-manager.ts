import { Daemon } from './daemon.ts';
import type { ServiceAccountKeys } from './service-account-keys.ts';

/** Far above what a test asks for: a thousand namespaces get their ServiceAccount without waiting for the client's limit. */
const REQUESTS_PER_SECOND = 5000;

export interface ControllerManagerOptions {
  readonly binary: string;
  readonly logFile: string;
  readonly kubeconfig: string;
  readonly keys: ServiceAccountKeys;
  /** PEM file that goes into the token Secrets of ServiceAccounts. */
  readonly rootCaFile: string;
  /** Names of controllers; `*` for those that run by default. */
  readonly controllers: readonly string[];
}

/** Starts kube-controller-manager. It gives up after ten seconds without an API server, so that one must be ready. */
export function startControllerManager(options: ControllerManagerOptions): Daemon {
  const args = [
    `--kubeconfig=${options.kubeconfig}`,
    `--controllers=${options.controllers.join(',')}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--service-account-private-key-file=${options.keys.privateKeyFile}`,
    `--root-ca-file=${options.rootCaFile}`,
    `--kube-api-qps=${REQUESTS_PER_SECOND}`,
    `--kube-api-burst=${REQUESTS_PER_SECOND}`,
    '--concurrent-namespace-syncs=20',
    '--concurrent-serviceaccount-token-syncs=10',
  ];
  return Daemon.start(options.binary, args, options.logFile);
}
