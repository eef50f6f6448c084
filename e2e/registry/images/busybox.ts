import { readFile } from 'node:fs/promises';
import { layerOf, type Layer } from './blob.ts';
import type { TarEntry } from './tar.ts';

/** Where Debian's package busybox-static puts its one file, which needs no library. */
const BUSYBOX = '/bin/busybox';
const APPLETS = ['cat', 'echo', 'env', 'false', 'id', 'ls', 'nc', 'sh', 'sleep', 'true', 'wget'];

let made: Promise<Layer> | undefined;

/**
 * The layer that all images share: busybox and links to the commands that tests use. It is made once, since compressing takes some 80 ms.
 * @throws Error when busybox is not installed
 */
export function busyboxLayer(): Promise<Layer> {
  made ??= makeLayer();
  return made;
}

async function makeLayer(): Promise<Layer> {
  const directory = (path: string, mode: number): TarEntry => ({ type: 'directory', path, mode });
  return layerOf([
    directory('bin/', 0o755),
    { type: 'file', path: 'bin/busybox', mode: 0o755, content: await readFile(BUSYBOX) },
    ...APPLETS.map((applet): TarEntry => ({ type: 'symlink', path: `bin/${applet}`, target: 'busybox' })),
    directory('tmp/', 0o1777),
  ]);
}
