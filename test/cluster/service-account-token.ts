import type { Server } from './kubeconfig.ts';
import { request } from './request.ts';

/** Longer than any test run or demo. */
const LIFETIME_SECONDS = 24 * 3600;

/**
 * A token of a ServiceAccount, from the TokenRequest API as the kubelet would get it.
 * @param token of a user who may ask for it
 * @throws Error with the server's status when it is refused, for instance because there is no such ServiceAccount.
 */
export async function serviceAccountToken(
  server: Server,
  token: string,
  account: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const { status, body } = await request(server, {
    method: 'POST',
    path: `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`,
    token,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: LIFETIME_SECONDS },
    },
  });
  if (status !== 201) {
    throw new Error(`no token for ServiceAccount ${account.namespace}/${account.name}: HTTP status ${status}`);
  }
  return tokenIn(JSON.parse(body));
}

function tokenIn(answer: unknown): string {
  const status = property(answer, 'status');
  const token = property(status, 'token');
  if (typeof token !== 'string') throw new Error('the API server answered a TokenRequest without a token');
  return token;
}

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
