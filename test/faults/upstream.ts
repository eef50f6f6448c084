import { Agent, request as httpsRequest } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Server } from '../cluster/kubeconfig.ts';

/** Headers that are about one connection, and so are not passed on. */
const OWN_TO_A_CONNECTION = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding']);

/** The API server as the proxy talks to it: pooled connections, which faults leave alone. */
export class Upstream {
  readonly #server: Pick<Server, 'url' | 'caData'>;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #marker: string;

  /** @param marker added to every User-Agent, so that the audit log tells by which proxy a request came */
  constructor(server: Pick<Server, 'url' | 'caData'>, marker: string) {
    this.#server = server;
    this.#marker = marker;
  }

  /** Passes a request on; the answer comes as the event `response`. */
  pass(incoming: IncomingMessage): ClientRequest {
    const { method, url = '/', headers } = incoming;
    const kept = Object.entries(headers).filter(([name]) => !OWN_TO_A_CONNECTION.has(name));
    const outgoing = httpsRequest(new URL(url, this.#server.url), {
      method: method ?? 'GET',
      agent: this.#agent,
      ca: this.#server.caData,
      headers: {
        ...Object.fromEntries(kept),
        'user-agent': `${headers['user-agent'] ?? ''} ${this.#marker}`,
      },
    });
    incoming.pipe(outgoing);
    return outgoing;
  }

  close(): void {
    this.#agent.destroy();
  }
}

export function passHeaders({ headers }: IncomingMessage): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    // A fault may change the length.
    if (value !== undefined && name !== 'content-length' && !OWN_TO_A_CONNECTION.has(name)) kept[name] = value;
  }
  return kept;
}
