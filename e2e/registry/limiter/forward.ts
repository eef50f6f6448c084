import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** Headers of one connection, which say nothing about the next; and what is meant for the limiter alone. */
const NOT_PASSED_ON = ['connection', 'keep-alive', 'transfer-encoding', 'host', 'authorization'];

/** Passes requests on to the registry behind, bodies as a stream. */
export class Forwarder {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #backend: string;

  /** @param backend its URL */
  constructor(backend: string) {
    this.#backend = backend;
  }

  /**
   * Resolves when the client has the whole answer, or has gone away in the middle of it.
   * @param head is told the status before the client is, and gives headers to add
   * @throws Error when the registry behind gives no answer; the client has got nothing then
   */
  async forward(
    incoming: IncomingMessage,
    response: ServerResponse,
    head: (status: number) => Readonly<Record<string, string>>,
  ): Promise<void> {
    const answer = await this.#ask(incoming, response);
    const status = answer.statusCode ?? 0;
    response.writeHead(status, { ...passedOn(answer.headers), ...head(status) });
    // A client that breaks off, or a registry that does, ends both connections: the other side sees it.
    await pipeline(answer, response).catch(() => undefined);
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(incoming: IncomingMessage, response: ServerResponse): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(incoming.url ?? '/', this.#backend), {
        agent: this.#agent,
        method: incoming.method,
        headers: passedOn(incoming.headers),
      });
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      response.once('close', () => outgoing.destroy());
      outgoing.end();
    });
  }
}

function passedOn(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.includes(name)));
}
