/** Docker Hub answers under many names; which of them count as one registry is decided here. */

/** The host that container runtimes put before an image without one, and the name under which Docker Hub is reported. */
export const DOCKER_HUB = 'docker.io';

/** The host under which the kubelet looks for Docker Hub's credentials. */
export const DOCKER_HUB_KEY_HOST = 'index.docker.io';

/** Hosts that a person may have meant as Docker Hub; the kubelet matches only the first two with a Docker Hub image. */
export const DOCKER_HUB_HOSTS: readonly string[] = [
  DOCKER_HUB_KEY_HOST,
  DOCKER_HUB,
  'registry-1.docker.io',
  'registry.hub.docker.com',
  'hub.docker.com',
];

/** Docker Hub's own hosts end in one of these: registry-1 and auth before the first, blob stores before the second. */
const DOMAINS: readonly string[] = ['.docker.io', '.docker.com'];
/** Host name of the bucket that Docker Hub redirects blob requests to. */
const BLOB_BUCKET = 'docker-images-prod.';

/**
 * The name under which a host is reported: lower case, every host of Docker Hub as `docker.io`, others with their port.
 * @param host host name with or without port, as an image or a URL gives it
 */
export function foldHost(host: string): string {
  const lower = host.toLowerCase();
  return isDockerHub(lower) ? DOCKER_HUB : lower;
}

function isDockerHub(host: string): boolean {
  const name = host.endsWith(':443') ? host.slice(0, -4) : host;
  return name === DOCKER_HUB || DOMAINS.some((domain) => name.endsWith(domain)) || name.startsWith(BLOB_BUCKET);
}
