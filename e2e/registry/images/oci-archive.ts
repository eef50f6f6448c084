import { writeFile } from 'node:fs/promises';
import { buildImage, descriptor, MANIFEST_TYPE, type ImageContent } from './image.ts';
import { tar, type TarEntry } from './tar.ts';

export interface OciArchiveOptions extends Partial<ImageContent> {
  /** Full name under which a runtime is to know the image: `registry.example/pause:1`. */
  readonly reference: string;
  /** Where to write the archive. */
  readonly file: string;
}

/**
 * Writes an image as an OCI archive, which `ctr image import` and `skopeo copy oci-archive:` read.
 * @param options without a marker, the reference is it
 * @returns the digest of its manifest
 * @throws Error when the file cannot be written, or busybox is not installed
 */
export async function writeOciArchive(options: OciArchiveOptions): Promise<string> {
  const { reference, file, marker = reference } = options;
  const { manifest, config, layers } = await buildImage({ ...options, marker });
  const annotations = {
    'io.containerd.image.name': reference,
    'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
  };
  const index = { schemaVersion: 2, manifests: [{ ...descriptor(MANIFEST_TYPE, manifest), annotations }] };
  const blobs = [manifest, config, ...layers];
  const archive = tar([
    entry('oci-layout', Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' }))),
    entry('index.json', Buffer.from(JSON.stringify(index))),
    ...blobs.map(({ digest, content }) => entry(`blobs/${digest.replace(':', '/')}`, content)),
  ]);
  await writeFile(file, archive);
  return manifest.digest;
}

const entry = (path: string, content: Buffer): TarEntry => ({ type: 'file', path, mode: 0o644, content });
