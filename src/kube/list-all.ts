import type { KubeObject } from '../api/objects.ts';
import type { ApiClient, ListQuery } from './client.ts';
import { isApiError } from './errors.ts';
import { ANSWER_TOO_LARGE } from './exchange.ts';
import type { Resource } from './resources.ts';

/** What a list is asked for, and by how much at once. */
export interface ListScope extends Pick<ListQuery, 'namespace' | 'labelSelector' | 'fieldSelector'> {
  /** Objects in a page at most. */
  readonly limit: number;
  /** Bytes of a page at most, which then has fewer objects; one object may have more. */
  readonly maxBytes?: number | undefined;
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
 * A page that is too long is asked for again: of the latest version if it was of another, and then with half of its objects.
 * @throws ApiError; `gone` when the pages took so long that the snapshot expired
 */
export async function listAll<Raw extends KubeObject, T>(
  client: ApiClient,
  resource: Resource<Raw>,
  { maxBytes, ...scope }: ListScope,
  version: ListVersion,
  slim: (raw: Raw) => T | undefined,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const objects: T[] = [];
  // Returns nothing of the page itself, which would be held until the next one is there.
  const take = async (query: ListQuery, limit: number): Promise<Page> => {
    const options = { signal, maxBytes: limit === 1 ? undefined : maxBytes };
    const { items, metadata } = await client.list(resource, { ...scope, ...query, limit }, options);
    for (const raw of items) {
      const object = slim(raw);
      if (object !== undefined) objects.push(object);
    }
    return { token: metadata.continue ?? '', resourceVersion: metadata.resourceVersion ?? '' };
  };
  let limit = scope.limit;
  let taken = 0;
  for (let query: ListQuery = version; ;) {
    const page = await take(query, limit).catch(unlessTooLarge(limit));
    if (page === undefined) {
      // Of any other version than the latest the API server's cache gives everything at once, whatever the limit.
      if (query.resourceVersion !== undefined) query = {};
      else limit = Math.ceil(limit / 2);
      taken = 0;
      continue;
    }
    if (page.token === '') return { objects, resourceVersion: page.resourceVersion };
    query = { continue: page.token };
    if (++taken % PAGES_BEFORE_MORE === 0) limit = Math.min(limit * 2, scope.limit);
  }
}

interface Page {
  readonly token: string;
  readonly resourceVersion: string;
}

/** After so many pages that were short enough more is asked for at once: what is long mostly lies together. */
const PAGES_BEFORE_MORE = 10;

/** Fewer than one cannot be asked for. */
const unlessTooLarge =
  (limit: number) =>
  (error: unknown): undefined => {
    if (limit === 1 || !isApiError(error) || error.transport !== ANSWER_TOO_LARGE) throw error;
  };
