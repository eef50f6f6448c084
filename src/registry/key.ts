/**
 * Keys of a docker config's `auths`, as the kubelet reads them.
 * Source of the rules: kubernetes `pkg/credentialprovider/keyring.go`.
 */
import { DOCKER_HUB, DOCKER_HUB_HOSTS, DOCKER_HUB_KEY_HOST } from './hub.ts';

/** The key under which `docker login` and the kubelet keep Docker Hub's credentials. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

const DEAD_HOSTS: readonly string[] = DOCKER_HUB_HOSTS.slice(2);

/**
 * The form in which two keys are compared: scheme dropped, a leading `/v1` or `/v2` of the path dropped, no final slash of an empty path,
 * `docker.io` folded into `index.docker.io`.
 */
export function normaliseKey(key: string): string {
  const { host, path } = split(key);
  return (host === DOCKER_HUB ? DOCKER_HUB_KEY_HOST : host) + path;
}

function split(key: string): { host: string; path: string } {
  const bare = key.replace(/^https?:\/\//, '');
  const slash = bare.indexOf('/');
  if (slash < 0) return { host: bare, path: '' };
  const path = bare.slice(slash);
  const kept = path.startsWith('/v1/') || path.startsWith('/v2/') ? path.slice(3) : path;
  return { host: bare.slice(0, slash), path: kept === '/' ? '' : kept };
}

/** The key to write for a registry that a person named: any name of Docker Hub becomes the one that works. */
export function keyForRegistry(registry: string): string {
  const { host, path } = split(registry);
  return path === '' && DOCKER_HUB_HOSTS.includes(host) ? DOCKER_HUB_KEY : registry;
}

/** Why the kubelet can never use a credential under this key, in one sentence; undefined where it can. */
export function whyDead(key: string): string | undefined {
  const { host, path } = split(key);
  if (DEAD_HOSTS.includes(host)) {
    return `the kubelet never matches the key ${key} with a Docker Hub image; write ${DOCKER_HUB_KEY}`;
  }
  if (DOCKER_HUB_HOSTS.includes(host) && (path === '/v1' || path === '/v2')) {
    return `the key ${key} lacks its final slash, so that the kubelet never matches it; write ${DOCKER_HUB_KEY}`;
  }
  if (host === DOCKER_HUB_KEY_HOST && path !== '') {
    return `the kubelet matches the key ${key} with no repository of Docker Hub alone; write ${DOCKER_HUB_KEY}`;
  }
  return undefined;
}
