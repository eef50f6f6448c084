import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An API server, and what its certificate is checked with. */
export interface Server {
  readonly url: string;
  /** PEM. */
  readonly caData: string;
  /** The file that holds the same. */
  readonly caFile: string;
}

/**
 * Writes a kubeconfig for one bearer token; JSON, which every reader of YAML takes. Only the owner can read it.
 * @param user names the file and the user in it
 * @returns the path of the file
 */
export async function writeKubeconfig(directory: string, server: Server, user: string, token: string): Promise<string> {
  const path = join(directory, `${user.replaceAll(/[^\w.-]/g, '_')}.kubeconfig`);
  const name = 'test';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: server.url, 'certificate-authority-data': Buffer.from(server.caData).toString('base64') },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  };
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return path;
}
