import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Log } from '../test/cluster/log.ts';
import { findClusterBinaries } from './node/binaries.ts';
import { missingPackages } from './node/packages.ts';

/** Why the end-to-end tests cannot run here at all, in one line, or undefined. */
export function unsuitable(): string | undefined {
  const uid = process.getuid?.();
  if (process.platform === 'linux' && uid === 0) return undefined;
  return `the end-to-end tests start a kubelet: they need Linux and root (here: ${process.platform}, user ${String(uid)})`;
}

/**
 * Has on this machine what the end-to-end tests need: Debian packages, which are installed only with `E2E_INSTALL=1`, and binaries, which are
 * built into the cache.
 * @throws Error with the one command that helps, when packages are missing
 */
export async function prepare(log: Log): Promise<void> {
  const packages = await missingPackages();
  if (packages.length > 0) await install(packages, log);
  await findClusterBinaries(log);
}

async function install(packages: readonly string[], log: Log): Promise<void> {
  const args = ['install', '--yes', '--no-install-recommends', ...packages];
  if (process.env['E2E_INSTALL'] !== '1') {
    throw new Error(`Debian packages are missing; install them, or set E2E_INSTALL=1: apt-get ${args.join(' ')}`);
  }
  log(`installing ${packages.join(', ')}`);
  await aptGet(['update']);
  await aptGet(args);
}

async function aptGet(args: readonly string[]): Promise<void> {
  // A registry that is installed is not to be started as a service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const child = spawn('apt-get', ['--quiet', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'exit');
  const { exitCode: status } = child;
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} ended with status ${String(status)}`);
}
