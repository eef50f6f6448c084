import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Address {
  /** Empty for all interfaces. */
  readonly host: string;
  readonly port: number;
}

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type Route = () => Page | Promise<Page>;

export const text = (status: number, body: string): Page => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

/** A small server for probes and scrapes: GET and HEAD of fixed paths. */
export class HttpServer {
  readonly #server: Server;

  /** @param routes by path */
  constructor(routes: Readonly<Record<string, Route>>) {
    this.#server = createServer((request, response) => {
      void answer(routes, request.method ?? '', request.url ?? '').then(({ status, contentType, body }) => {
        response.writeHead(status, { 'content-type': contentType }).end(request.method === 'HEAD' ? undefined : body);
      });
    });
  }

  /**
   * @returns the address that it listens on; the port is chosen by the kernel where 0 is asked for
   * @throws Error with one line for people when the address cannot be used
   */
  listen({ host, port }: Address): Promise<Address> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        reject(new Error(`cannot listen on ${host}:${port.toString()}: ${error.code ?? error.message}`));
      });
      this.#server.listen(port, host === '' ? undefined : host, () => {
        resolve({ host, port: portOf(this.#server.address()) ?? port });
      });
    });
  }

  /** Ends it, open connections included. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }
}

const portOf = (address: AddressInfo | string | null): number | undefined =>
  typeof address === 'object' ? address?.port : undefined;

async function answer(routes: Readonly<Record<string, Route>>, method: string, url: string): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD');
  const path = url.split('?')[0] ?? '';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return text(404, `try ${Object.keys(routes).join(', ')}`);
  try {
    return await route();
  } catch {
    return text(500, 'failed');
  }
}
