import type { KubeObject } from '../api/objects.ts';
import type { ApiClient, ListQuery } from './client.ts';
import type { Resource } from './resources.ts';

const PAGE_SIZE = 500;

/** How new a list must be; the pages after the first take it from their token. */
export type ListVersion = Pick<ListQuery, 'resourceVersion' | 'resourceVersionMatch'>;

export interface Listed<T> {
  readonly objects: readonly T[];
  /** The version of the whole list, to watch from. */
  readonly resourceVersion: string;
}

/**
 * Reads a list page by page, each object slimmed as its page comes in (undefined: left out), so that no more than a page is held in full.
 * @throws ApiError; `gone` when the pages took so long that the snapshot expired
 */
export async function listAll<Raw extends KubeObject, T>(
  client: ApiClient,
  resource: Resource<Raw>,
  selector: Pick<ListQuery, 'namespace' | 'labelSelector' | 'fieldSelector'>,
  version: ListVersion,
  slim: (raw: Raw) => T | undefined,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const objects: T[] = [];
  let page = await client.list(resource, { ...selector, ...version, limit: PAGE_SIZE }, { signal });
  for (;;) {
    for (const raw of page.items) {
      const object = slim(raw);
      if (object !== undefined) objects.push(object);
    }
    const { continue: token = '', resourceVersion = '' } = page.metadata;
    if (token === '') return { objects, resourceVersion };
    page = await client.list(resource, { ...selector, limit: PAGE_SIZE, continue: token }, { signal });
  }
}
