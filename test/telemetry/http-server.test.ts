import { expect } from 'chai';
import { type Address, HttpServer, type Route, text } from '../../src/telemetry/http-server.ts';
import { table } from '../table.ts';

const LOCAL: Address = { host: '127.0.0.1', port: 0 };

const routes: Readonly<Record<string, Route>> = {
  '/healthz': () => text(200, 'ok'),
  '/readyz': () => Promise.resolve(text(503, 'not yet')),
  '/broken': () => {
    throw new Error('planted-password');
  },
  '/rejected': () => Promise.reject(new Error('planted-password')),
};

describe('HttpServer', () => {
  let server: HttpServer;
  let origin: string;
  before(async () => {
    server = new HttpServer(routes);
    const { host, port } = await server.listen(LOCAL);
    origin = `http://${host}:${port.toString()}`;
  });
  after(() => server.close());

  const cases = table(
    'method | path          | status | body',
    'GET    | /healthz      | 200    | ok',
    'GET    | /healthz?a=b  | 200    | ok',
    'HEAD   | /healthz      | 200    | -',
    'GET    | /readyz       | 503    | not yet',
    'GET    | /broken       | 500    | failed',
    'GET    | /rejected     | 500    | failed',
    'POST   | /healthz      | 405    | only GET and HEAD',
    'DELETE | /healthz      | 405    | only GET and HEAD',
    'GET    | /             | 404    | try /healthz, /readyz, /broken, /rejected',
    'GET    | /healthz/     | 404    | try /healthz, /readyz, /broken, /rejected',
    'GET    | /constructor  | 404    | try /healthz, /readyz, /broken, /rejected',
  );
  for (const row of cases) {
    it(row.title, async () => {
      const answer = await fetch(`${origin}${row.path}`, { method: row.method });
      expect(answer.status).to.equal(Number(row.status));
      expect((await answer.text()).trim() || '-').to.equal(row.body);
    });
  }

  it('says in one line why it cannot listen', async () => {
    const port = Number(new URL(origin).port);
    const second = new HttpServer(routes);
    const error = await second.listen({ ...LOCAL, port }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error)
      .to.be.an.instanceOf(Error)
      .with.property('message', `cannot listen on 127.0.0.1:${port.toString()}: EADDRINUSE`);
  });

  it('ends although somebody keeps a connection open', async () => {
    const other = new HttpServer(routes);
    const { host, port } = await other.listen(LOCAL);
    await (await fetch(`http://${host}:${port.toString()}/healthz`, { headers: { connection: 'keep-alive' } })).text();
    await other.close();
    const refused = await fetch(`http://${host}:${port.toString()}/healthz`).then(
      () => false,
      () => true,
    );
    expect(refused).to.equal(true);
  });
});
