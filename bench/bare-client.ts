import { Pool } from 'undici';
import { loadKubeConfig } from '../src/kube/kubeconfig.ts';

/** Requests under way at once, as many as the operator allows itself. */
const CONNECTIONS = 32;

/** Else undici closes the connection after a DELETE with a body. */
const KEEP = { reset: false };

/** Nothing but a connection pool and JSON: what it reaches is what the API server can do. */
export class BareClient {
  readonly #pool: Pool;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param kubeconfig path of a kubeconfig with a bearer token */
  constructor(kubeconfig: string) {
    const kubeConfig = loadKubeConfig(kubeconfig);
    const { server = '', caData = '' } = kubeConfig.getCurrentCluster() ?? {};
    const ca = Buffer.from(caData, 'base64').toString();
    this.#pool = new Pool(server, { connections: CONNECTIONS, connect: { ca } });
    const token = kubeConfig.getCurrentUser()?.token ?? '';
    this.#headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'bench' };
  }

  post(path: string, body: object): Promise<void> {
    return this.#send('POST', path, 'application/json', body);
  }

  put(path: string, body: object): Promise<void> {
    return this.#send('PUT', path, 'application/json', body);
  }

  /** A merge patch. */
  patch(path: string, body: object): Promise<void> {
    return this.#send('PATCH', path, 'application/merge-patch+json', body);
  }

  delete(path: string): Promise<void> {
    return this.#send('DELETE', path, 'application/json', { propagationPolicy: 'Background' });
  }

  /** Does something for each item, as many at once as there are connections. */
  async forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const left = items.values();
    const worker = async (): Promise<void> => {
      for (const item of left) await work(item);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, type: string, body: object): Promise<void> {
    const headers = { ...this.#headers, 'content-type': type };
    const { statusCode, body: answer } = await this.#pool.request({
      method,
      path,
      headers,
      body: JSON.stringify(body),
      ...KEEP,
    });
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode}: ${await answer.text()}`);
    await answer.dump();
  }
}
