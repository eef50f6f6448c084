import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Server } from '../cluster/kubeconfig.ts';
import { collectionOf, everything, type Exchange, type Match, readRequest, type Seen } from './exchange.ts';
import type { Fault } from './faults.ts';
import { kubeconfigThrough } from './kubeconfig.ts';
import { passHeaders, Upstream } from './upstream.ts';

interface Active {
  readonly fault: Fault;
  readonly match: Match;
}

/**
 * An HTTP proxy between a client and an API server that misbehaves as told, and counts what comes. It speaks plain HTTP, so that what breaks is the
 * connection and never its encryption; the way to the API server is left alone.
 */
export class FaultProxy {
  /** Every request that came, in order. */
  readonly requests: Seen[] = [];
  /** Connections refused in darkness. */
  refused = 0;
  readonly #upstream: Upstream;
  readonly #server: HttpServer;
  readonly #sockets = new Set<Socket>();
  readonly #open = new Set<Exchange>();
  /** Connections on which nothing is answered any more, whatever becomes of the fault: a forgotten flow is never remembered. */
  readonly #silent = new WeakSet<Socket>();
  #active: readonly Active[] = [];
  #dark = false;

  private constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#server = createServer((incoming, response) => void this.#handle(incoming, response));
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket: Socket) => {
      this.#connected(socket);
    });
  }

  /** @param marker what the audit log has at the end of the User-Agent of requests that came this way */
  static async start(server: Pick<Server, 'url' | 'caData'>, marker = 'via-proxy'): Promise<FaultProxy> {
    const proxy = new FaultProxy(new Upstream(server, marker));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections from the client. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** What the open watches cover, sorted: a duplicate reflector shows twice. */
  get openWatches(): readonly string[] {
    return [...this.#open]
      .filter(({ seen }) => seen.verb === 'watch')
      .map(({ seen }) => collectionOf(seen))
      .sort();
  }

  /** Writes a kubeconfig that is like `path` but leads here. @returns its path */
  kubeconfig(path: string): Promise<string> {
    return kubeconfigThrough(this.url, path);
  }

  /** Has a fault begin, for requests to come and for those under way. @returns ends it */
  inject(fault: Fault, match: Match = everything): () => void {
    const active = { fault, match };
    this.#active = [...this.#active, active];
    for (const exchange of this.#open)
      if (match(exchange.seen) && exchange.response.headersSent) fault.strike?.(exchange);
    return () => {
      this.#active = this.#active.filter((other) => other !== active);
    };
  }

  /**
   * Connections become half open: what the client sends is swallowed, nothing ever comes back, and nothing is closed. New connections fare no better
   * until the fault ends; those that were hit stay as they are.
   */
  silence(match: Match = everything): () => void {
    const silence = ({ incoming }: Exchange): true => {
      this.#silent.add(incoming.socket);
      return true;
    };
    return this.inject({ request: silence, strike: silence }, match);
  }

  /** Every connection breaks and none is accepted. @returns lets there be light */
  darken(): () => void {
    this.#dark = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    return () => {
      this.#dark = false;
    };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#upstream.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(socket: Socket): void {
    if (this.#dark) {
      this.refused += 1;
      socket.resetAndDestroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = readRequest(incoming.method ?? '', incoming.url ?? '/');
    const exchange = { seen, incoming, response };
    this.requests.push(seen);
    this.#open.add(exchange);
    response.once('close', () => this.#open.delete(exchange));
    response.on('error', () => undefined);
    if (this.#silent.has(incoming.socket)) return;
    for (const { fault } of this.#faultsFor(seen)) if ((await fault.request?.(exchange)) === true) return;
    if (!incoming.socket.destroyed) this.#pass(exchange);
  }

  #pass(exchange: Exchange): void {
    const { incoming, response } = exchange;
    const outgoing = this.#upstream.pass(incoming);
    response.once('close', () => outgoing.destroy());
    const broken = (): void => {
      if (!this.#silent.has(incoming.socket)) incoming.socket.destroy();
    };
    outgoing.once('error', broken);
    outgoing.once('response', (answer) => {
      this.#answer(exchange, answer).catch(broken);
    });
  }

  async #answer(exchange: Exchange, answer: IncomingMessage): Promise<void> {
    const { incoming, response } = exchange;
    const heard = (): boolean => !this.#silent.has(incoming.socket) && !response.writableEnded && !response.destroyed;
    if (!heard()) return;
    response.writeHead(answer.statusCode ?? 502, passHeaders(answer));
    response.flushHeaders();
    for await (const chunk of answer) {
      if (!heard()) continue;
      const changed = this.#faultsFor(exchange.seen).find(({ fault }) => fault.body !== undefined);
      if (changed?.fault.body === undefined) response.write(chunk);
      else await changed.fault.body(asBuffer(chunk), exchange);
    }
    if (heard()) response.end();
  }

  #faultsFor(seen: Seen): readonly Active[] {
    return this.#active.filter(({ match }) => match(seen));
  }
}

function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  throw new TypeError('the answer of the API server is no bytes');
}
