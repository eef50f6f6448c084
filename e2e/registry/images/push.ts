import type { Blob } from './blob.ts';
import { buildImage, MANIFEST_TYPE, type ImageContent } from './image.ts';

export interface PushedImage {
  readonly repository: string;
  readonly tag: string;
  /** Of the manifest, for `repository@digest`. */
  readonly digest: string;
}

export interface PushOptions extends Partial<ImageContent> {
  /** With `library/` where the image is to be Docker Hub's `app`. */
  readonly repository: string;
  readonly tag: string;
}

/**
 * Builds an image and writes it into a registry that asks nobody for anything.
 * @param registry its URL
 * @param options without a marker, the repository and tag are it: each tag is then an image of its own
 * @throws Error naming the request that was refused
 */
export async function pushImage(registry: string, options: PushOptions): Promise<PushedImage> {
  const { repository, tag, marker = `${repository}:${tag}` } = options;
  const { manifest, config, layers } = await buildImage({ ...options, marker });
  for (const blob of [config, ...layers]) await pushBlob(`${registry}/v2/${repository}`, blob);
  await send(`${registry}/v2/${repository}/manifests/${tag}`, 'PUT', 201, manifest.content, MANIFEST_TYPE);
  return { repository, tag, digest: manifest.digest };
}

async function pushBlob(repository: string, { digest, content }: Blob): Promise<void> {
  if ((await fetch(`${repository}/blobs/${digest}`, { method: 'HEAD' })).status === 200) return;
  const { headers } = await send(`${repository}/blobs/uploads/`, 'POST', 202);
  const upload = new URL(headers.get('location') ?? '', repository);
  upload.searchParams.set('digest', digest);
  await send(upload.href, 'PUT', 201, content, 'application/octet-stream');
}

async function send(url: string, method: string, expected: number, body?: Buffer, type?: string): Promise<Response> {
  const answer = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    ...(type === undefined ? {} : { headers: { 'content-type': type } }),
  });
  const said = await answer.text();
  if (answer.status !== expected) throw new Error(`${method} ${url}: ${answer.status} ${said}`);
  return answer;
}
