import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Server } from './kubeconfig.ts';

const DEADLINE = 10_000;

export interface Call {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One request on a connection of its own: what the helper needs itself, so that it does not stand on the client under test.
 * @throws Error when no answer comes within ten seconds, or no connection.
 */
export async function request(server: Server, call: Call): Promise<Answer> {
  const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(new URL(call.path, server.url), {
      method: call.method ?? 'GET',
      agent: false,
      ca: server.caData,
      signal: AbortSignal.timeout(DEADLINE),
      headers: {
        accept: 'application/json',
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
      },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, body });
      }, reject);
    });
    outgoing.end(payload);
  });
}
