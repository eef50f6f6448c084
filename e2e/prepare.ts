import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Log } from '../test/cluster/log.ts';
import { findClusterBinaries } from './node/binaries.ts';
import { missingPackages, type MissingPackages } from './node/packages.ts';
import { unpackPackage } from './node/unpack-package.ts';

/** `OVERLAYFS_SUPER_MAGIC` of the kernel's magic.h. */
const OVERLAYFS = 0x794c7630;

/** Why the end-to-end tests cannot run here at all, in one line, or undefined. */
export async function unsuitable(): Promise<string | undefined> {
  const uid = process.getuid?.();
  if (process.platform === 'linux' && uid === 0) return unsuitableFolder(tmpdir());
  return `the end-to-end tests start a kubelet: they need Linux and root (here: ${process.platform}, user ${String(uid)})`;
}

/** Containers and the sandbox's own folders are overlays, and an overlay cannot lie on another. */
async function unsuitableFolder(folder: string): Promise<string | undefined> {
  if ((await statfs(folder)).type !== OVERLAYFS) return undefined;
  return `${folder} is on overlayfs, as in a container: set TMPDIR to a folder of another file system (a volume, a tmpfs)`;
}

/**
 * Has on this machine what the end-to-end tests need: Debian packages, which are installed only with `E2E_INSTALL=1`, and binaries, which are
 * built into the cache. No service is started.
 * @throws Error with the one command that helps, when packages are missing
 */
export async function prepare(log: Log): Promise<void> {
  const packages = await missingPackages();
  if (packages.toInstall.length + packages.toUnpack.length > 0) await install(packages, log);
  await findClusterBinaries(log);
}

async function install({ toInstall, toUnpack }: MissingPackages, log: Log): Promise<void> {
  const missing = [...toInstall, ...toUnpack].join(', ');
  if (process.env['E2E_INSTALL'] !== '1') {
    throw new Error(`Debian packages are missing; install them, or set E2E_INSTALL=1: ${missing}`);
  }
  log(`installing ${missing}`);
  await aptGet(['update']);
  if (toInstall.length > 0) await aptGet(['install', '--yes', '--no-install-recommends', ...toInstall]);
  for (const name of toUnpack) await unpackPackage(name);
}

async function aptGet(args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn('apt-get', ['--quiet', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'exit');
  const { exitCode: status } = child;
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} ended with status ${String(status)}`);
}
