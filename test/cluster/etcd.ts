import { join } from 'node:path';
import { Daemon } from './daemon.ts';
import { freePort } from './ports.ts';

export interface Etcd {
  readonly daemon: Daemon;
  readonly url: string;
}

/** Starts etcd. It need not be ready: the API server waits for it. */
export async function startEtcd(binary: string, directory: string, logFile: string): Promise<Etcd> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const daemon = Daemon.start(
    binary,
    [
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      '--listen-peer-urls=http://127.0.0.1:0',
      // The data lives as long as the process: nothing is lost with it.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    logFile,
  );
  return { daemon, url };
}
