import { chmod, cp, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isExecutable } from '../../test/cluster/cached-build.ts';
import { librariesOf } from './libraries.ts';

/** What base.Containerfile copies into the images that stand for public ones, as paths of this machine. */
export interface BaseFiles {
  /** The Node that runs this. */
  readonly node: string;
  readonly shell: string;
  /** npm's own start line is `#!/usr/bin/env node`. */
  readonly env: string;
  /** The folder of an npm that brings its dependencies with it. */
  readonly npm: string;
  readonly libraries: readonly string[];
}

const PASSWD = `root:x:0:0:root:/root:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
`;
const GROUP = 'root:x:0:\nnonroot:x:65532:\n';
/** Where a distroless image has it. */
const NODE = '/nodejs/bin/node';
const NPM = '/usr/local/lib/node_modules/npm';
const STICKY = 0o1777;

/** @throws Error when npm or a library is missing */
export async function findBaseFiles(): Promise<BaseFiles> {
  const node = process.execPath;
  const shell = '/bin/sh';
  const env = '/usr/bin/env';
  return { node, shell, env, npm: await npmFolder(), libraries: await librariesOf([node, shell, env]) };
}

/**
 * Lays them out as base.Containerfile expects them.
 * @param context an empty folder
 */
export async function layOut(files: BaseFiles, context: string): Promise<void> {
  const runtime = join(context, 'runtime');
  const build = join(context, 'build');
  for (const library of files.libraries) await copy(library, join(runtime, library));
  await copy(files.node, join(runtime, NODE));
  await mkdir(join(runtime, 'etc'));
  await writeFile(join(runtime, 'etc/passwd'), PASSWD);
  await writeFile(join(runtime, 'etc/group'), GROUP);
  await mkdir(join(runtime, 'tmp'));
  await chmod(join(runtime, 'tmp'), STICKY);

  await copy(files.shell, join(build, 'bin/sh'));
  await copy(files.env, join(build, 'usr/bin/env'));
  await copy(files.npm, join(build, NPM));
  await mkdir(join(build, 'root'));
  await mkdir(join(build, 'usr/local/bin'));
  await symlink(NODE, join(build, 'usr/local/bin/node'));
  await symlink(join(NPM, 'bin/npm-cli.js'), join(build, 'usr/local/bin/npm'));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(await realpath(from), to, { recursive: true });
}

async function npmFolder(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const command = join(folder, 'npm');
    if (!(await isExecutable(command))) continue;
    // …/npm/bin/npm-cli.js
    const npm = dirname(dirname(await realpath(command)));
    if (await isExecutable(join(npm, 'bin/npm-cli.js'))) return npm;
  }
  throw new Error('npm is not on PATH, or not the one of a Node distribution');
}
