import { delimiter, join } from 'node:path';
import { cacheDirectory } from '../../test/cluster/cache-directory.ts';
import { isExecutable } from '../../test/cluster/cached-build.ts';

/** Where Debian's containernetworking-plugins lie. */
export const CNI_PLUGINS = '/usr/lib/cni';

/** A program from a Debian package. */
interface Needed {
  readonly package: string;
  /** A name on PATH, or an absolute path. */
  readonly program: string;
  /** Unpacked into the cache, not installed: its own script would start a service, and have it start with the machine. */
  readonly isService?: true;
}

const NEEDED: readonly Needed[] = [
  { package: 'runc', program: 'runc' },
  { package: 'containernetworking-plugins', program: join(CNI_PLUGINS, 'bridge') },
  { package: 'iproute2', program: 'ip' },
  { package: 'util-linux', program: 'unshare' },
  { package: 'docker-registry', program: 'docker-registry', isService: true },
  { package: 'skopeo', program: 'skopeo' },
  { package: 'busybox-static', program: 'busybox' },
  { package: 'buildah', program: 'buildah' },
];

/** Names of Debian packages. */
export interface MissingPackages {
  readonly toInstall: readonly string[];
  readonly toUnpack: readonly string[];
}

/** The Debian packages whose programs are neither on this machine nor in the cache. */
export async function missingPackages(env: NodeJS.ProcessEnv = process.env): Promise<MissingPackages> {
  const found = await Promise.all(NEEDED.map(({ program }) => locate(program, env)));
  const missing = NEEDED.filter((_, index) => found[index] === undefined);
  const names = (needed: readonly Needed[]): string[] => needed.map((each) => each.package);
  return {
    toInstall: names(missing.filter(({ isService }) => isService === undefined)),
    toUnpack: names(missing.filter(({ isService }) => isService)),
  };
}

/** Where a package lies that was unpacked and not installed. */
export async function unpackedFolder(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return join((await cacheDirectory(env)).path, 'packages', name);
}

/** The path of docker-registry. @throws Error when it is neither installed nor unpacked */
export const findDockerRegistry = (): Promise<string> => find('docker-registry', process.env);

/** The path of runc. @throws Error when it is not installed */
export const findRunc = (): Promise<string> => find('runc', process.env);

async function find(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  const path = await locate(program, env);
  if (path === undefined) throw new Error(`${program} is not installed`);
  return path;
}

/** The folders of administrators' programs are looked at even where PATH leaves them out. */
async function locate(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  // The one package that is unpacked has its program's name.
  const unpacked = join(await unpackedFolder(program, env), 'usr/bin');
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', unpacked];
  const candidates = program.startsWith('/') ? [program] : folders.map((folder) => join(folder, program));
  const there = await Promise.all(candidates.map(isExecutable));
  return candidates.find((_, index) => there[index] === true);
}
