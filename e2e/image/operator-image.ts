import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../../test/cluster/cache-directory.ts';
import { withLock } from '../../test/cluster/lock.ts';
import { elapsed, type Log } from '../../test/cluster/log.ts';
import { type BaseFiles, findBaseFiles, layOut } from './base-files.ts';
import { Buildah } from './buildah.ts';
import { imageKey } from './image-key.ts';
import { exists } from './exists.ts';
import { npmMounts } from './npm-access.ts';
import { ownLayersBytes } from './own-layers.ts';

const ROOT = join(import.meta.dirname, '../..');
const BASES = join(import.meta.dirname, 'base.Containerfile');
const RUNTIME_BASE = 'localhost/base:runtime';
const BUILD_BASE = 'localhost/base:build';
/** Archives kept between runs, about 50 MB each. */
const KEPT = 3;

export interface OperatorImageOptions {
  /** The archive and all that the build needs lie here; the archive alone stays. */
  readonly dataDir: string;
  readonly tag: string;
  readonly log: Log;
}

export interface OperatorImage {
  /** Path of an OCI archive, which `ctr images import` reads. */
  readonly archive: string;
  /** What a node calls the image; a pod may leave `docker.io/library/` out. */
  readonly reference: string;
  /** Bytes of its own layers, compressed. */
  readonly ownLayersBytes: number;
}

/**
 * Builds the repository's Dockerfile on bases made of this machine's Node, since none may be pulled. Needs root, buildah, and npm's registry or a
 * filled npm cache; nothing of these when the same image was built before, which stays in the cache.
 * @throws Error with buildah's last lines when the build fails
 */
export async function buildOperatorImage({ dataDir, tag, log }: OperatorImageOptions): Promise<OperatorImage> {
  const reference = `docker.io/library/registry-credential-operator:${tag}`;
  const base = await findBaseFiles();
  const key = await imageKey(ROOT, base, tag);
  const cache = join((await cacheDirectory()).path, 'images');
  const archive = join(dataDir, `operator-${tag}.tar`);
  await mkdir(dataDir, { recursive: true });
  await mkdir(cache, { recursive: true });
  await rm(archive, { force: true });

  const cached = join(cache, `${key}.tar`);
  await withLock(cached, log, async () => {
    if (await place(cached, archive)) return;
    await build({ reference, archive, base, scratch: join(dataDir, 'image-build'), log });
    await keep(archive, cached);
  });
  const bytes = await ownLayersBytes(archive);
  log(`image ${reference}: own layers ${(bytes / 1e6).toFixed(2)} MB compressed`);
  return { archive, reference, ownLayersBytes: bytes };
}

interface Build {
  readonly reference: string;
  readonly archive: string;
  readonly base: BaseFiles;
  readonly scratch: string;
  readonly log: Log;
}

async function build({ reference, archive, base, scratch, log }: Build): Promise<void> {
  const begun = performance.now();
  log(`building ${reference}`);
  const buildah = await Buildah.start(scratch);
  try {
    const context = join(scratch, 'base');
    await layOut(base, context);
    const bases = { runtime: RUNTIME_BASE, build: BUILD_BASE };
    for (const [target, tag] of Object.entries(bases))
      await buildah.run(['build', '--file', BASES, '--target', target, '--tag', tag, context]);
    const volumes = (await npmMounts(scratch)).map((mount) => `--volume=${mount}`);
    const images = [`--build-arg=NODE_IMAGE=${BUILD_BASE}`, `--build-arg=BASE_IMAGE=${RUNTIME_BASE}`];
    await buildah.run(['build', '--pull-never', ...images, ...volumes, '--tag', reference, ROOT]);
    await buildah.run(['push', reference, `oci-archive:${archive}:${reference}`]);
  } finally {
    await buildah.end();
  }
  log(`built in ${elapsed(performance.now() - begun)}`);
}

/** A second name for the same file where both lie on one file system. @returns whether there was such a file */
async function place(file: string, as: string): Promise<boolean> {
  if (!(await exists(file))) return false;
  await link(file, as).catch(() => copyFile(file, as));
  return true;
}

/** So that the last few need not be built again. */
async function keep(archive: string, cached: string): Promise<void> {
  await copyFile(archive, `${cached}.new`);
  await rename(`${cached}.new`, cached);
  const folder = dirname(cached);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.tar')).map((name) => join(folder, name));
  const dated = await Promise.all(files.map(async (path) => ({ path, age: -(await stat(path)).mtimeMs })));
  for (const { path } of dated.sort((a, b) => a.age - b.age).slice(KEPT)) await rm(path, { force: true });
}
