import { KubeConfig } from '@kubernetes/client-node';

/** What the library falls back to when it finds nothing; never what somebody meant. */
const NOTHING_FOUND = 'http://localhost:8080';

/**
 * Says which cluster to talk to, and as whom.
 * @param path a kubeconfig file; without it the files that KUBECONFIG names, else ~/.kube/config, else the pod's ServiceAccount
 * @throws Error with one line for people when there is none, or it cannot be used. The line never quotes the file
 */
export function loadKubeConfig(path?: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    if (path === undefined) kubeConfig.loadFromDefault();
    else kubeConfig.loadFromFile(path);
  } catch (error) {
    throw new Error(`cannot read ${path ?? 'the kubeconfig'}: ${reasonOf(error)}`);
  }
  const problem = problemOf(kubeConfig);
  if (problem !== undefined) throw new Error(`cannot use ${path ?? 'the kubeconfig'}: ${problem}`);
  return kubeConfig;
}

/** A parser's own message would quote the line, and with it a token. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'it is not a valid kubeconfig';
}

function problemOf(kubeConfig: KubeConfig): string | undefined {
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) return 'it has no current context, or the context names no cluster';
  if (kubeConfig.getCurrentUser() === null) return 'its current context names no user';
  if (cluster.server === NOTHING_FOUND)
    return 'none was found, and this is no pod; give --kubeconfig or set KUBECONFIG';
  if (!URL.canParse(cluster.server)) return 'the server of its cluster is not a URL';
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
    return 'its server speaks plain HTTP; set insecure-skip-tls-verify if that is meant';
  }
  return undefined;
}
