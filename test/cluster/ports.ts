import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below Linux' range for outgoing connections (32768 to 60999): none of those can take the port of a server that is being restarted. */
const LOWEST = 15_000;
const HIGHEST = 29_999;
const ATTEMPTS = 100;

/**
 * A port of 127.0.0.1 that the kernel gives out now. Somebody may take it before the caller does: the caller tries again with another.
 * @throws Error when a hundred ports in a row are taken.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} on 127.0.0.1`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
