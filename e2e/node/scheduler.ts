import { Daemon } from '../../test/cluster/daemon.ts';

export interface SchedulerOptions {
  readonly binary: string;
  readonly kubeconfig: string;
  readonly logFile: string;
}

/** Starts kube-scheduler. */
export const startScheduler = ({ binary, kubeconfig, logFile }: SchedulerOptions): Daemon =>
  Daemon.start(
    binary,
    [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
    ],
    logFile,
  );
