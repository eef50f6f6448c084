import { setTimeout as delay } from 'node:timers/promises';
import { LineSplitter, parseWatchLine } from '../../src/kube/watch-stream.ts';
import type { Exchange } from './exchange.ts';

/** Something that goes wrong between a client and the API server. Each part is optional: what it leaves out goes through. */
export interface Fault {
  /** A request came. With true the fault has dealt with it, and the API server never hears of it. */
  request?(exchange: Exchange): boolean | Promise<boolean>;
  /** Passes one piece of an answer on, in its own way. The next piece comes when this one is done. */
  body?(chunk: Buffer, exchange: Exchange): void | Promise<void>;
  /** The fault begins while this exchange is open, its answer begun: a watch, as a rule. */
  strike?(exchange: Exchange): void;
}

/** Connections break: RST, before or in the middle of an answer. */
export function resets(): Fault {
  const reset = ({ incoming }: Exchange): boolean => {
    incoming.socket.resetAndDestroy();
    return true;
  };
  return { request: reset, strike: reset };
}

/**
 * Every request gets this answer, as an API server or a load balancer in front of it gives it; open watches get an ERROR event.
 * @param headers for instance `retry-after`
 */
export function answers(code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Fault {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message: `a test says ${reason}`,
  };
  return {
    request: ({ response }) => {
      response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(status));
      return true;
    },
    strike: ({ response }) => {
      response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    },
  };
}

/** Answers come in small pieces with pauses between them, so that no line and no list arrives at once. */
export function slowly(bytes: number, pauseMs: number): Fault {
  return {
    body: async (chunk, { response }) => {
      for (let at = 0; at < chunk.length && !response.destroyed; at += bytes) {
        response.write(chunk.subarray(at, at + bytes));
        await delay(pauseMs);
      }
    },
  };
}

/** Answers end in the middle, and say that they are complete. */
export function truncates(): Fault {
  return {
    body: (chunk, { response }) => {
      response.end(chunk.subarray(0, Math.floor(chunk.length / 2)));
    },
    strike: ({ response }) => {
      response.end('{"type":"MODIFIED","object":{"kind":"Sec');
    },
  };
}

/** Watches lose everything but their bookmarks. */
export function onlyBookmarks(): Fault {
  const splitters = new WeakMap<Exchange, LineSplitter>();
  return {
    body: (chunk, exchange) => {
      const splitter = splitters.get(exchange) ?? new LineSplitter();
      splitters.set(exchange, splitter);
      for (const line of splitter.push(chunk))
        if (parseWatchLine(line)?.type === 'BOOKMARK') exchange.response.write(`${line}\n`);
    },
  };
}

/** Watches end after so many seconds, those that are open at once: in the regular way, with a bookmark two seconds before from five seconds on. */
export function shortens(seconds: number): Fault {
  return {
    request: ({ incoming }) => {
      incoming.url = incoming.url?.replace(/timeoutSeconds=\d+/, `timeoutSeconds=${seconds}`);
      return false;
    },
    strike: ({ response }) => {
      response.end();
    },
  };
}

/** Requests wait for `gate` before they go on to the API server. */
export function holds(gate: (exchange: Exchange) => Promise<void>): Fault {
  return {
    request: async (exchange) => {
      await gate(exchange);
      return false;
    },
  };
}
