import { readFile, writeFile } from 'node:fs/promises';

/**
 * Copies a kubeconfig of `writeKubeconfig` with another server in it, which speaks plain HTTP; into the same directory, so that it goes with it.
 * @returns the path of the copy
 */
export async function kubeconfigThrough(url: string, path: string): Promise<string> {
  const config: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isRecord(config)) throw new Error(`${path} is no kubeconfig`);
  const cluster = { server: url, 'insecure-skip-tls-verify': true };
  const copy = `${path}.${new URL(url).port}`;
  await writeFile(copy, JSON.stringify({ ...config, clusters: [{ name: 'test', cluster }] }), { mode: 0o600 });
  return copy;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
