import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { ApiClient, type ApiClientOptions } from '../../src/kube/client.ts';
import { type ApiError, isApiError } from '../../src/kube/errors.ts';
import { systemClock } from '../../src/runtime/clock.ts';

export interface Received {
  readonly method: string;
  /** URL with its query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Handler = (request: Received, response: ServerResponse) => void;

/**
 * Stands in for an API server where a real one cannot be made to misbehave: cut-off answers, resets, refusals, silence.
 * Everything that can be asked of a real one is tested against a real one.
 */
export class StandInServer {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #clients: ApiClient[] = [];
  #handler: Handler = (_request, response) => {
    sendJson(response, 404, { kind: 'Status', reason: 'NotFound' });
  };

  constructor() {
    this.#server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = '', url = '', headers } = incoming;
        const request = { method, url, headers, body: Buffer.concat(chunks).toString() };
        this.received.push(request);
        this.#handler(request, response);
      });
    });
  }

  /** How requests are answered from now on. */
  answer(handler: Handler): void {
    this.#handler = handler;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Cuts every connection. */
  reset(): void {
    this.#server.closeAllConnections();
  }

  kubeConfig(user: { token?: string; username?: string; password?: string } = { token: 'a-token' }): KubeConfig {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not started');
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: 'stand-in', server: `http://127.0.0.1:${String(address.port)}`, skipTLSVerify: true },
      { name: 'user', ...user },
    );
    return kubeConfig;
  }

  client(options: Partial<ApiClientOptions> = {}): ApiClient {
    const client = new ApiClient({
      kubeConfig: this.kubeConfig(),
      userAgent: 'test/1',
      clock: systemClock,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }
}

export function sendJson(
  response: ServerResponse,
  code: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A watch that stays open: write lines to it. */
export function openWatch(response: ServerResponse, ...events: object[]): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  for (const event of events) response.write(`${JSON.stringify(event)}\n`);
}

/** Waits for a condition; fails by the test's own time-out. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** The ApiError with which `work` fails. */
export async function failure(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (isApiError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
