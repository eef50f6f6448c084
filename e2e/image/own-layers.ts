import { runTool } from '../node/tool.ts';

/** base.Containerfile makes the runtime base in one. */
const LAYERS_OF_THE_BASE = 1;

/**
 * How much an image adds to its base.
 * @param archive an OCI archive of one image
 * @returns bytes of its own layers as they are pulled, so compressed
 * @throws Error when it is no such archive
 */
export async function ownLayersBytes(archive: string): Promise<number> {
  const [manifest] = arrayIn(await jsonIn(archive, 'index.json'), 'manifests');
  const digest = field(manifest, 'digest');
  if (typeof digest !== 'string') throw new Error(`${archive} names no image`);
  const layers = arrayIn(await jsonIn(archive, `blobs/${digest.replace(':', '/')}`), 'layers');
  const sizes = layers.slice(LAYERS_OF_THE_BASE).map((layer) => Number(field(layer, 'size')));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const jsonIn = async (archive: string, path: string): Promise<unknown> =>
  JSON.parse(await runTool('tar', ['--extract', '--to-stdout', '--file', archive, path]));

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;

function arrayIn(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  if (!Array.isArray(found)) throw new Error(`an image without ${name}`);
  return found;
}
