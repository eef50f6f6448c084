import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answers.ts';
import { plainAddress, type Client } from './client.ts';
import type { RequestLog } from './request-log.ts';
import { routeOf, type Route } from './route.ts';

/** One request with its answer, which is logged before the client sees any of it. */
export class Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly query: URLSearchParams;
  /** Undefined for a path that no registry serves. */
  readonly route: Route | undefined;
  readonly sourceAddress: string;
  /** When it came, in milliseconds since the epoch. */
  readonly time: number;
  readonly #log: RequestLog;

  constructor(incoming: IncomingMessage, response: ServerResponse, time: number, log: RequestLog) {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://limiter');
    this.incoming = incoming;
    this.response = response;
    this.method = incoming.method ?? '';
    this.query = searchParams;
    this.route = routeOf(pathname);
    this.sourceAddress = plainAddress(incoming.socket.remoteAddress ?? '');
    this.time = time;
    this.#log = log;
  }

  /** Sends an answer of the limiter's own. */
  answer(client: Client, { status, headers, body }: Answer): void {
    this.record(client, status);
    this.response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  }

  /** Logs the request, for an answer that comes from elsewhere. */
  record(client: Client, status: number): void {
    const { repository, reference } =
      this.route !== undefined && 'repository' in this.route ? this.route : { repository: '', reference: '' };
    this.#log.add({
      time: this.time,
      client,
      kind: this.route?.kind ?? 'other',
      method: this.method,
      repository,
      reference,
      status,
      upstreamHost: this.query.get('ns') ?? '',
      sourceAddress: this.sourceAddress,
    });
  }
}
