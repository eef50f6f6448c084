import { HUB_IMAGES, OTHER_IMAGES } from './images.ts';
import { here, limit, type Template } from './template.ts';
import { blob, copy, HUB_SAYS, manifest, resolve, unpack } from './texts.ts';

const MIRROR = 'mirror.harbour.example';
const mirrored = { endpoint: () => MIRROR };

const containerd: readonly Template[] = [
  limit(
    'containerd 1.x, body A',
    HUB_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status code ${manifest(i)}: 429 Too Many Requests - Server message: toomanyrequests: ${HUB_SAYS.any}`,
      ),
    here,
  ),
  limit(
    "containerd 1.x, body A'",
    HUB_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status code ${manifest(i)}: 429 Too Many Requests - Server message: toomanyrequests: ${HUB_SAYS.docs}`,
      ),
    here,
  ),
  limit(
    'containerd 1.x, body B',
    HUB_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status code ${manifest(i)}: 429 Too Many Requests - Server message: toomanyrequests: ${HUB_SAYS.anonymous}`,
      ),
    { ...here, kind: 'anonymous' },
  ),
  limit(
    'containerd 1.x, body C',
    HUB_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status code ${manifest(i)}: 429 Too Many Requests - Server message: toomanyrequests: ${HUB_SAYS.account}`,
      ),
    { ...here, kind: 'account' },
  ),
  limit(
    'containerd 1.x, no body',
    [...HUB_IMAGES, ...OTHER_IMAGES],
    (i) => copy(i, `unexpected status code ${blob(i)}: 429 Too Many Requests`),
    here,
  ),
  limit(
    'containerd 1.4, reader of another name',
    HUB_IMAGES,
    (i) =>
      unpack(
        i,
        `failed to copy: httpReaderSeeker: failed open: unexpected status code ${manifest(i)}: 429 Too Many Requests - Server message: toomanyrequests: ${HUB_SAYS.any}`,
      ),
    here,
  ),
  limit(
    'containerd 1.6, HEAD',
    OTHER_IMAGES,
    (i) => resolve(i, `pulling from host ${i.api} failed with status code [manifests ${i.tag}]: 429 Too Many Requests`),
    here,
  ),
  limit(
    'containerd 1.6, HEAD, other words',
    HUB_IMAGES,
    (i) =>
      resolve(
        i,
        `pulling from host ${i.api} failed with unexpected status code [manifests ${i.tag}]: 429 Too Many Requests`,
      ),
    here,
  ),
  limit(
    'containerd 1.7, HEAD',
    [...HUB_IMAGES, ...OTHER_IMAGES],
    (i) => resolve(i, `unexpected status from HEAD request to ${manifest(i)}: 429 Too Many Requests`),
    here,
  ),
  limit(
    'containerd 2.1, transfer service',
    [...HUB_IMAGES, ...OTHER_IMAGES],
    (i) =>
      unpack(
        i,
        `failed to resolve image: unexpected status from HEAD request to ${manifest(i)}: 429 Too Many Requests`,
      ),
    here,
  ),
  limit(
    'containerd 2.2, body B on its own line',
    HUB_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status from GET request to ${manifest(i)}: 429 Too Many Requests\ntoomanyrequests: ${HUB_SAYS.anonymous}`,
      ),
    { ...here, kind: 'anonymous' },
  ),
  limit(
    'containerd 2.2, body C on its own line',
    HUB_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status from GET request to ${manifest(i)}: 429 Too Many Requests\ntoomanyrequests: ${HUB_SAYS.account}`,
      ),
    { ...here, kind: 'account' },
  ),
  limit(
    'containerd 2.2, several errors',
    OTHER_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status from GET request to ${manifest(i)}: 429 Too Many Requests\nerrors:\nunknown: try later\ntoomanyrequests: slow down\n`,
      ),
    here,
  ),
  limit(
    'HTTP/2 without words behind the number',
    OTHER_IMAGES,
    (i) => unpack(i, `failed to resolve image: unexpected status from HEAD request to ${manifest(i)}: 429 `),
    here,
  ),
  limit(
    'containerd behind a mirror',
    HUB_IMAGES,
    (i) =>
      unpack(
        i,
        `failed to resolve image: unexpected status from HEAD request to https://${MIRROR}/v2/${i.path}/manifests/${i.tag}?ns=docker.io: 429 Too Many Requests`,
      ),
    mirrored,
  ),
  limit(
    'a mirror that passes on body B',
    HUB_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status from GET request to https://${MIRROR}/v2/${i.path}/manifests/${i.tag}?ns=docker.io: 429 Too Many Requests\ntoomanyrequests: ${HUB_SAYS.anonymous}`,
      ),
    { ...mirrored, kind: 'anonymous' },
  ),
  limit(
    "a mirror's own limit",
    HUB_IMAGES,
    (i) =>
      copy(
        i,
        `unexpected status from GET request to https://${MIRROR}/v2/${i.path}/manifests/${i.tag}?ns=docker.io: 429 Too Many Requests\ntoomanyrequests: Too Many Requests`,
      ),
    mirrored,
  ),
];

const tokens: readonly Template[] = [
  limit(
    'anonymous token',
    HUB_IMAGES,
    (i) =>
      resolve(
        i,
        `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.docker.io/token?scope=repository%3A${encodeURIComponent(i.path)}%3Apull&service=registry.docker.io: 429 Too Many Requests`,
      ),
    { endpoint: () => 'docker.io', kind: 'anonymous' },
  ),
  limit(
    'token with credentials',
    HUB_IMAGES,
    (i) =>
      resolve(
        i,
        'failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.docker.io/token: 429 Too Many Requests',
      ),
    { endpoint: () => 'docker.io' },
  ),
  limit('token, older', HUB_IMAGES, (i) =>
    resolve(i, 'failed to authorize: failed to fetch oauth token: unexpected status: 429 Too Many Requests'),
  ),
];

export const CONTAINERD_LIMITS: readonly Template[] = [...containerd, ...tokens];
