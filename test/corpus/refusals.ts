import { HUB_IMAGES } from './images.ts';
import { cause, type Template } from './template.ts';
import { answered, blob, manifest, resolve, unpack } from './texts.ts';

const refused: readonly Template[] = [
  cause(
    'credentials-refused',
    'stale password',
    (i) =>
      unpack(
        i,
        `failed to resolve image: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://auth.docker.io/token?scope=repository%3A${encodeURIComponent(i.path)}%3Apull&service=registry.docker.io: 401 Unauthorized`,
      ),
    () => 'docker.io',
    HUB_IMAGES,
  ),
  cause(
    'credentials-refused',
    'stale password, with the words of Docker Hub',
    (i) =>
      resolve(
        i,
        'failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.docker.io/token: 401 Unauthorized\nunauthorized: incorrect username or password',
      ),
    () => 'docker.io',
    HUB_IMAGES,
  ),
  cause('credentials-refused', 'pull access denied', (i) =>
    resolve(
      i,
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ),
  ),
  cause(
    'credentials-refused',
    'pull access denied, dockerd',
    (i) =>
      `Error response from daemon: pull access denied for ${i.path}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
  ),
  cause(
    'credentials-refused',
    'HEAD 403',
    (i) => resolve(i, `unexpected status from HEAD request to ${manifest(i)}: 403 Forbidden`),
    answered,
  ),
  cause(
    'credentials-refused',
    'host, 401',
    (i) => resolve(i, `pulling from host ${i.api} failed with status code [manifests ${i.tag}]: 401 Unauthorized`),
    answered,
  ),
  {
    ...cause(
      'credentials-refused',
      'anonymous token without words',
      (i) =>
        resolve(
          i,
          `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${i.api}/api/v2/token?scope=repository%3A${encodeURIComponent(i.path)}%3Apull&service=x: 401 `,
        ),
      answered,
    ),
    kind: 'anonymous',
  },
  cause(
    'credentials-refused',
    'dockerd, unauthorized',
    () => 'Error response from daemon: unauthorized: authentication required',
  ),
  cause(
    'credentials-refused',
    'dockerd with the manifest in front',
    (i) =>
      `Error response from daemon: Head "${manifest(i)}": unauthorized: access to the requested resource is not authorized`,
    answered,
  ),
  cause(
    'credentials-refused',
    'no basic auth',
    (i) => `Error response from daemon: Head "${manifest(i)}": no basic auth credentials`,
    answered,
  ),
  cause('credentials-refused', 'containerd, no basic auth', (i) =>
    resolve(i, 'failed to authorize: no basic auth credentials'),
  ),
  cause(
    'credentials-refused',
    'CRI-O, unauthorized',
    (i) =>
      `initializing source docker://${i.full}: reading manifest ${i.tag} in ${i.registry}/${i.path}: unauthorized: access to the requested resource is not authorized`,
    answered,
  ),
  cause(
    'credentials-refused',
    'CRI-O, login',
    (i) =>
      `initializing source docker://${i.full}: unable to retrieve auth token: invalid username/password: unauthorized: Please login to the registry`,
  ),
  cause(
    'credentials-refused',
    'CRI-O, denied',
    (i) => `reading manifest ${i.tag} in ${i.registry}/${i.path}: denied: requested access to the resource is denied`,
    answered,
  ),
  cause(
    'credentials-refused',
    'Artifact Registry',
    (i) =>
      resolve(
        i,
        `unexpected status from HEAD request to ${manifest(i)}: 403 Forbidden\ndenied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource (or it may not exist)`,
      ),
    answered,
  ),
];

const ofMirrors: readonly Template[] = [
  cause(
    'credentials-refused',
    'a mirror, 401',
    (i) =>
      resolve(
        i,
        `unexpected status from HEAD request to https://mirror.harbour.example/v2/${i.path}/manifests/${i.tag}?ns=${i.registry}: 401 Unauthorized`,
      ),
    () => 'mirror.harbour.example',
  ),
  {
    ...cause(
      'credentials-refused',
      'token of a mirror without a login',
      (i) =>
        resolve(
          i,
          `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://mirror.harbour.example/token?scope=repository%3A${encodeURIComponent(i.path)}%3Apull&service=mirror: 401 Unauthorized`,
        ),
      () => 'mirror.harbour.example',
    ),
    kind: 'anonymous',
  },
];

const missing: readonly Template[] = [
  cause('not-found', 'gRPC NotFound', (i) => `rpc error: code = NotFound desc = ${resolve(i, `${i.full}: not found`)}`),
  cause('not-found', 'not found', (i) => unpack(i, `failed to resolve image: ${i.full}: not found`)),
  cause(
    'not-found',
    'manifest unknown, dockerd',
    (i) => `Error response from daemon: manifest for ${i.written} not found: manifest unknown: manifest unknown`,
  ),
  cause(
    'not-found',
    'manifest unknown, CRI-O',
    (i) =>
      `initializing source docker://${i.full}: reading manifest ${i.tag} in ${i.registry}/${i.path}: manifest unknown`,
    answered,
  ),
  cause(
    'not-found',
    'name unknown',
    (i) => `reading manifest ${i.tag} in ${i.registry}/${i.path}: name unknown: repository not known to registry`,
    answered,
  ),
  cause(
    'not-found',
    'blob gone',
    (i) => unpack(i, `failed to copy: httpReadSeeker: failed open: content at ${blob(i)} not found: not found`),
    answered,
  ),
  cause(
    'not-found',
    'status 404',
    (i) => unpack(i, `failed to copy: httpReadSeeker: failed open: unexpected status code ${blob(i)}: 404 Not Found`),
    answered,
  ),
  cause('not-found', 'no such platform', (i) => unpack(i, 'no match for platform in manifest: not found')),
  cause(
    'not-found',
    'repository by its name, ECR',
    (i) =>
      `Error response from daemon: name unknown: The repository with name '${i.path}' does not exist in the registry`,
  ),
  cause(
    'not-found',
    'dockerd, repository',
    (i) => `Error response from daemon: repository ${i.path} not found: does not exist or no pull access`,
  ),
];

/** The registry answered, and there is no image for this pod. */
export const REFUSALS: readonly Template[] = [...refused, ...ofMirrors, ...missing];
