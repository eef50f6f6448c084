import type { KubeObject } from '../api/objects.ts';
import type { ApiClient, ListQuery } from './client.ts';
import type { Resource } from './resources.ts';

/** What a list is asked for, and by how much at once. */
export interface ListScope extends Pick<ListQuery, 'namespace' | 'labelSelector' | 'fieldSelector'> {
  /** Objects in a page at most. */
  readonly limit: number;
}

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
  scope: ListScope,
  version: ListVersion,
  slim: (raw: Raw) => T | undefined,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const objects: T[] = [];
  // Returns nothing of the page itself, which would be held until the next one is there.
  const take = async (query: ListQuery): Promise<{ readonly token: string; readonly resourceVersion: string }> => {
    const { items, metadata } = await client.list(resource, { ...scope, ...query }, { signal });
    for (const raw of items) {
      const object = slim(raw);
      if (object !== undefined) objects.push(object);
    }
    return { token: metadata.continue ?? '', resourceVersion: metadata.resourceVersion ?? '' };
  };
  let page = await take(version);
  while (page.token !== '') page = await take({ continue: page.token });
  return { objects, resourceVersion: page.resourceVersion };
}
