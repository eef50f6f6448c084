/** What a request to a registry is about (distribution specification, and its token server on the same address). */
export type Route =
  | { readonly kind: 'token' }
  /** `/v2/`: is this a registry, and what does it want? */
  | { readonly kind: 'ping' }
  | {
      readonly kind: 'manifest' | 'blob' | 'tags';
      readonly repository: string;
      /** Tag or digest of a manifest, digest of a blob, `list` of tags. */
      readonly reference: string;
    };

const CONTENT = /^\/v2\/(?<repository>[^?]+)\/(?<kind>manifests|blobs|tags)\/(?<reference>[^/]+)$/;
const KINDS: Readonly<Record<string, 'manifest' | 'blob' | 'tags'>> = {
  manifests: 'manifest',
  blobs: 'blob',
  tags: 'tags',
};

/** @returns undefined for a path that no registry serves */
export function routeOf(pathname: string): Route | undefined {
  if (pathname === '/token') return { kind: 'token' };
  if (pathname === '/v2/' || pathname === '/v2') return { kind: 'ping' };
  const { repository, kind: segment, reference } = CONTENT.exec(pathname)?.groups ?? {};
  const kind = KINDS[segment ?? ''];
  if (kind === undefined || repository === undefined || reference === undefined) return undefined;
  return { kind, repository, reference };
}

/** Whether a manifest is named by content, as in `app@sha256:…`; a tag has no colon. */
export const isDigest = (reference: string): boolean => reference.includes(':');
