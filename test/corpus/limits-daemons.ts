import { HUB_IMAGES, OLD_GCR_IMAGE, OTHER_IMAGES, SHORT_NAME_ON_QUAY } from './images.ts';
import { here, limit, type Template } from './template.ts';
import { HUB_SAYS } from './texts.ts';

const MIRROR = 'mirror.harbour.example';
const mirrored = { endpoint: () => MIRROR };

const dockerd: readonly Template[] = [
  limit('dockerd, body A', HUB_IMAGES, () => `Error response from daemon: toomanyrequests: ${HUB_SAYS.any}`),
  limit('dockerd, body B', HUB_IMAGES, () => `Error response from daemon: toomanyrequests: ${HUB_SAYS.anonymous}`, {
    kind: 'anonymous',
  }),
  limit('dockerd, body C', HUB_IMAGES, () => `Error response from daemon: toomanyrequests: ${HUB_SAYS.account}`, {
    kind: 'account',
  }),
  limit(
    'dockerd, configuration',
    HUB_IMAGES,
    () => `error pulling image configuration: toomanyrequests: ${HUB_SAYS.any}`,
  ),
  limit(
    'dockerd, configuration after attempts',
    HUB_IMAGES,
    () => `error pulling image configuration: download failed after attempts=6: toomanyrequests: ${HUB_SAYS.anonymous}`,
    { kind: 'anonymous' },
  ),
  limit(
    'dockerd, HTML page',
    OTHER_IMAGES,
    () =>
      `Error response from daemon: error parsing HTTP 429 response body: invalid character '<' looking for beginning of value: "<html>\\r\\n<head><title>429 Too Many Requests</title></head>\\r\\n<body>\\r\\n<center><h1>429 Too Many Requests</h1></center>\\r\\n</body>\\r\\n</html>\\r\\n"`,
  ),
  limit(
    'dockerd, plain abuse text',
    HUB_IMAGES,
    () =>
      `Error response from daemon: error parsing HTTP 429 response body: invalid character 'T' looking for beginning of value: "Too Many Requests (HAP429).\\n"`,
    { kind: 'abuse' },
  ),
  limit(
    'dockerd, status only',
    OTHER_IMAGES,
    () => 'Error response from daemon: received unexpected HTTP status: 429 Too Many Requests',
  ),
  limit('dockerd, abuse in JSON', HUB_IMAGES, () => 'Error response from daemon: toomanyrequests: Too Many Requests', {
    kind: 'abuse',
  }),
  limit(
    'dockerd, abuse by name',
    HUB_IMAGES,
    () => 'Error response from daemon: toomanyrequests: Too Many Requests (HAP429).',
    { kind: 'abuse' },
  ),
  limit(
    'docker 1.x, HTML page',
    [OLD_GCR_IMAGE],
    () =>
      'Error: Status 429 trying to pull repository harbour/tug: "<!DOCTYPE html>\\n<html lang=en>\\n  <title>Error 429 (Too Many Requests)!!1</title>\\n Quota Exceeded."',
  ),
];

const crio: readonly Template[] = [
  limit(
    'CRI-O, old',
    HUB_IMAGES,
    (i) => `Error reading manifest ${i.tag} in docker.io/${i.path}: toomanyrequests: ${HUB_SAYS.any}`,
    { endpoint: () => 'docker.io' },
  ),
  limit(
    'CRI-O, new',
    HUB_IMAGES,
    (i) =>
      `initializing source docker://${i.full}: reading manifest ${i.tag} in docker.io/${i.path}: toomanyrequests: ${HUB_SAYS.anonymous}`,
    { endpoint: () => 'docker.io', kind: 'anonymous' },
  ),
  limit(
    'CRI-O, new, account',
    HUB_IMAGES,
    (i) => `reading manifest ${i.tag} in docker.io/${i.path}: toomanyrequests: ${HUB_SAYS.account}`,
    { endpoint: () => 'docker.io', kind: 'account' },
  ),
  limit(
    'CRI-O, other registry',
    OTHER_IMAGES,
    (i) =>
      `initializing source docker://${i.full}: reading manifest ${i.tag} in ${i.registry}/${i.path}: toomanyrequests: too many requests`,
    here,
  ),
  limit(
    'CRI-O, without errcode',
    OTHER_IMAGES,
    () => `parsing image configuration: fetching blob: too many requests to registry`,
  ),
  limit(
    'CRI-O, status and body',
    OTHER_IMAGES,
    (i) =>
      `initializing source docker://${i.full}: reading manifest ${i.tag} in ${i.registry}/${i.path}: StatusCode: 429, <html>\n<head><title>429 Too Many Requests</title></head...`,
    here,
  ),
  limit(
    'CRI-O, ping',
    OTHER_IMAGES,
    (i) =>
      `initializing source docker://${i.full}: pinging container registry ${i.registry}: StatusCode: 429, slow down, please...`,
    here,
  ),
  limit(
    'CRI-O, tags list',
    OTHER_IMAGES,
    () => 'Invalid status code returned when fetching tags list 429 (Too Many Requests)',
  ),
  limit(
    'CRI-O, mirror limited, then refused',
    HUB_IMAGES,
    (i) =>
      `initializing source docker://${i.full}: (Mirrors also failed: [${MIRROR}/${i.path}:${i.tag}: reading manifest ${i.tag} in ${MIRROR}/${i.path}: toomanyrequests: slow down]): docker.io/${i.path}:${i.tag}: reading manifest ${i.tag} in docker.io/${i.path}: unauthorized: authentication required`,
    mirrored,
  ),
  limit(
    'CRI-O, short name found elsewhere',
    [SHORT_NAME_ON_QUAY],
    (i) =>
      `initializing source docker://${i.full}: reading manifest 1 in quay.io/harbourlight/wharf: too many requests to registry`,
    { endpoint: () => 'quay.io' },
  ),
];

export const DAEMON_LIMITS: readonly Template[] = [...dockerd, ...crio];
