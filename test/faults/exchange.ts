import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a request is, in the words of RBAC. */
export interface Seen {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  /** Plural; `subresource` apart from it. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly query: URLSearchParams;
}

const WRITES: Readonly<Record<string, Seen['verb']>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Reads a request's method and URL as the API server would. */
export function readRequest(method: string, url: string): Seen {
  const { pathname, searchParams: query } = new URL(url, 'http://proxy');
  const object = readPath(pathname);
  const reading = query.get('watch') === 'true' ? 'watch' : object.name === '' ? 'list' : 'get';
  return { verb: WRITES[method] ?? reading, ...object, query };
}

/** `api/v1/…` or `apis/GROUP/VERSION/…`, with or without a namespace. */
function readPath(path: string): Pick<Seen, 'resource' | 'subresource' | 'namespace' | 'name'> {
  const [root, ...rest] = path.split('/').filter((part) => part !== '');
  const [first = '', second = '', ...more] = rest.slice(root === 'api' ? 1 : 2);
  const namespaced = first === 'namespaces' && more.length > 0;
  const [resource = '', name = '', subresource = ''] = namespaced ? more : [first, second, ...more];
  return { resource, name, subresource, namespace: namespaced ? second : '' };
}

/** One request on its way through the proxy, until its answer is complete or its connection is gone. */
export interface Exchange {
  readonly seen: Seen;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

/** Which requests a fault is about. */
export type Match = (seen: Seen) => boolean;

export const everything: Match = () => true;

export const watches: Match = ({ verb }) => verb === 'watch';

/** What a list or watch covers, as `NAMESPACE/RESOURCE?SELECTOR`. */
export const collectionOf = ({ namespace, resource, query }: Seen): string =>
  `${namespace}/${resource}?${query.get('fieldSelector') ?? ''}`;
