import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createHash } from 'node:crypto';
import type { Log } from './log.ts';

/**
 * Runs `work` while no other process of this machine holds the lock of the same name; waits for it otherwise, and says for whom.
 * The lock is a listening socket in Linux' abstract namespace: the kernel frees it when its holder ends, however it ends, so no lock is ever
 * stale. Two network namespaces (two containers that share a cache) do not see each other's.
 * @throws whatever `work` throws; Error when the socket cannot be made for another reason than that it is taken.
 */
export async function withLock<T>(name: string, log: Log, work: () => Promise<T>): Promise<T> {
  const address = `\0rco-${createHash('sha256').update(name).digest('hex')}`;
  let lock = await tryLock(address);
  while (lock === undefined) {
    await releaseOf(address, log);
    lock = await tryLock(address);
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

interface Lock {
  readonly release: () => Promise<void>;
}

async function tryLock(address: string): Promise<Lock | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => waiting.delete(socket));
    // So that a waiter can name whom it waits for.
    socket.write(`${process.pid}\n`);
  });
  if (!(await listens(server, address))) return undefined;
  return {
    release: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of waiting) socket.destroy();
      await closed;
    },
  };
}

function listens(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(address, () => {
      resolve(true);
    });
  });
}

/** Resolves when the holder is gone or has let go. */
async function releaseOf(address: string, log: Log): Promise<void> {
  const socket = connect(address);
  // Refused: the holder went between the two calls.
  socket.on('error', () => undefined);
  socket.once('data', (greeting) => {
    log(`process ${greeting.toString().trim()} is building the same; waiting for it`);
  });
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
}
