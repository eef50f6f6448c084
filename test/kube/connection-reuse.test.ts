import { createServer, type Server } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'chai';
import { ApiClient } from '../../src/kube/client.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** Counts connections; answers everything with an empty object. */
class CountingServer {
  connections = 0;
  readonly #server: Server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  }).on('connection', () => {
    this.connections += 1;
  });

  async start(): Promise<KubeConfig> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not started');
    const kubeConfig = new KubeConfig();
    const server = `http://127.0.0.1:${String(address.port)}`;
    kubeConfig.loadFromClusterAndUser({ name: 'counting', server, skipTLSVerify: true }, { name: 'user' });
    return kubeConfig;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('the connections of the API client', () => {
  const server = new CountingServer();
  let client: ApiClient;
  before(async () => {
    const kubeConfig = await server.start();
    client = new ApiClient({ kubeConfig, userAgent: 'test/1', clock: systemClock, connections: 1 });
  });
  after(async () => {
    await client.close();
    await server.stop();
  });

  const ref = { namespace: 'a', name: 'b' };
  const requests = {
    'a GET': () => client.get(SECRETS, ref),
    'a POST': () => client.create(SECRETS, ref, {}),
    'a PATCH': () => client.patch(SECRETS, ref, {}, 'merge'),
    'a DELETE with preconditions': () => client.delete(SECRETS, ref, { uid: 'u' }),
  };

  for (const [name, send] of Object.entries(requests)) {
    it(`stay open after ${name}`, async () => {
      await send();
      await send();
      await client.get(SECRETS, ref);
      expect(server.connections).to.equal(1);
    });
  }
});
