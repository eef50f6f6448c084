import { blobOf, layerOf, type Blob, type Layer } from './blob.ts';
import { busyboxLayer } from './busybox.ts';

/** Sleeps until SIGTERM or SIGINT, and then ends at once: a bare `sleep` as process 1 would hear neither. */
const SLEEP_FOR_EVER = ['/bin/sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done'];

/** Node's names of processors as images name them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** What an image is to be like. Two with the same content have the same digest. */
export interface ImageContent {
  /** Stands in a file of its own, `/marker`: another marker makes another image, which a node has to pull anew. */
  readonly marker: string;
  /** Default: sleeps until it is told to end. */
  readonly command?: readonly string[];
  /** User id, with or without group id: `65532:65532`. Default: root. */
  readonly user?: string;
}

/** An image of busybox, ready to be written somewhere. */
export interface Image {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Layer[];
}

/** @throws Error when busybox is not installed, or for a processor without a known name */
export async function buildImage({ marker, command = SLEEP_FOR_EVER, user }: ImageContent): Promise<Image> {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new Error(`images for ${process.arch} have no known name`);
  const own = layerOf([{ type: 'file', path: 'marker', mode: 0o644, content: Buffer.from(`${marker}\n`) }]);
  const layers = [await busyboxLayer(), own];
  const config = json({
    architecture,
    os: 'linux',
    config: { Cmd: command, Env: ['PATH=/bin'], WorkingDir: '/', ...(user === undefined ? {} : { User: user }) },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)),
  });
  return { manifest, config, layers };
}

/** How one piece of an image names another. */
export const descriptor = (mediaType: string, { digest, content }: Blob) => ({
  mediaType,
  digest,
  size: content.length,
});

const json = (value: unknown): Blob => blobOf(Buffer.from(JSON.stringify(value)));
