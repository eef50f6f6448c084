import { createServer, type Server, type ServerResponse } from 'node:http';
import { expect } from 'chai';
import { Pool } from 'undici';
import { type Answer, exchange, type Limits } from '../../src/kube/exchange.ts';
import { FakeClock } from '../runtime/fake-clock.ts';

describe('exchange', () => {
  let answer: (response: ServerResponse) => void;
  let server: Server;
  let origin: string;
  let pool: Pool;
  let clock: FakeClock;
  before(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not started');
    origin = `http://127.0.0.1:${address.port}`;
    pool = new Pool(origin, { connections: 1 });
  });
  beforeEach(() => {
    clock = new FakeClock();
  });
  after(async () => {
    await pool.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const ask = (limits: Partial<Limits> = {}): Promise<Answer> =>
    exchange(pool, { origin, method: 'GET', path: '/', headers: [] }, { clock, deadlineMs: 1_000, ...limits });

  it('gives status, headers and the whole text, whose characters may lie across its pieces', async () => {
    answer = (response) => {
      const bytes = Buffer.from('a µ b');
      response.writeHead(201, { some: 'header' });
      response.write(bytes.subarray(0, 3), () => response.end(bytes.subarray(3)));
    };
    const { code, headers, text } = await ask();
    expect([code, headers['some'], text, clock.timers]).to.deep.equal([201, 'header', 'a µ b', 0]);
  });

  it('ends an answer that is too long, whatever is still to come, and can go on afterwards', async () => {
    answer = (response) => {
      response.write('x'.repeat(11));
    };
    let error: unknown;
    await ask({ maxBytes: 10 }).catch((thrown: unknown) => (error = thrown));
    expect(error).to.include({ code: 'ANSWER_TOO_LARGE' });
    answer = (response) => {
      response.end('x'.repeat(10));
    };
    expect([(await ask({ maxBytes: 10 })).text.length, clock.timers]).to.deep.equal([10, 0]);
  });
});
