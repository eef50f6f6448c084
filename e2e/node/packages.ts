import { delimiter, join } from 'node:path';
import { isExecutable } from '../../test/cluster/cached-build.ts';

/** Where Debian's containernetworking-plugins lie. */
export const CNI_PLUGINS = '/usr/lib/cni';

/** A program from a Debian package. */
interface Needed {
  readonly package: string;
  /** A name on PATH, or an absolute path. */
  readonly program: string;
}

const NEEDED: readonly Needed[] = [
  { package: 'runc', program: 'runc' },
  { package: 'containernetworking-plugins', program: join(CNI_PLUGINS, 'bridge') },
  { package: 'iproute2', program: 'ip' },
  { package: 'util-linux', program: 'unshare' },
  { package: 'docker-registry', program: 'docker-registry' },
  { package: 'skopeo', program: 'skopeo' },
  { package: 'busybox-static', program: 'busybox' },
  { package: 'buildah', program: 'buildah' },
];

/** The Debian packages whose programs are not on this machine. */
export async function missingPackages(env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const found = await Promise.all(NEEDED.map(({ program }) => locate(program, env)));
  return NEEDED.filter((_, index) => found[index] === undefined).map((needed) => needed.package);
}

/** The path of runc. @throws Error when it is not installed */
export async function findRunc(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const path = await locate('runc', env);
  if (path === undefined) throw new Error('runc is not installed');
  return path;
}

/** The folders of administrators' programs are looked at even where PATH leaves them out. */
async function locate(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const candidates = program.startsWith('/') ? [program] : folders.map((folder) => join(folder, program));
  const there = await Promise.all(candidates.map(isExecutable));
  return candidates.find((_, index) => there[index] === true);
}
