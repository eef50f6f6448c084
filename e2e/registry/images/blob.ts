import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar, type TarEntry } from './tar.ts';

/** Bytes that a registry holds under their own digest. */
export interface Blob {
  readonly digest: string;
  readonly content: Buffer;
}

/** A layer of an image. */
export interface Layer extends Blob {
  /** Digest of the archive before compression, as an image's configuration names a layer. */
  readonly diffId: string;
}

export const blobOf = (content: Buffer): Blob => ({ content, digest: sha256(content) });

export function layerOf(entries: readonly TarEntry[]): Layer {
  const archive = tar(entries);
  return { ...blobOf(gzipSync(archive)), diffId: sha256(archive) };
}

const sha256 = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
