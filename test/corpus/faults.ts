import { digest, HUB_IMAGES } from './images.ts';
import { cause, type Template } from './template.ts';
import { answered, blob, manifest, resolve, unpack } from './texts.ts';

const unreachable: readonly Template[] = [
  cause(
    'unavailable',
    'no such host',
    (i) =>
      resolve(
        i,
        `failed to do request: Head "${manifest(i)}": dial tcp: lookup ${i.api} on 10.42.9.10:53: no such host`,
      ),
    answered,
  ),
  cause(
    'unavailable',
    'connection refused',
    (i) =>
      resolve(i, `failed to do request: Head "${manifest(i)}": dial tcp 10.42.9.29:429: connect: connection refused`),
    answered,
  ),
  cause(
    'unavailable',
    'i/o timeout',
    (i) => resolve(i, `failed to do request: Head "${manifest(i)}": dial tcp 192.0.2.42:443: i/o timeout`),
    answered,
  ),
  cause(
    'unavailable',
    'TLS handshake timeout',
    (i) => `Error response from daemon: Get "https://${i.api}/v2/": net/http: TLS handshake timeout`,
    answered,
  ),
  cause(
    'unavailable',
    'request canceled',
    (i) =>
      `Error response from daemon: Get "https://${i.api}/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    answered,
  ),
  cause(
    'unavailable',
    'deadline',
    (i) =>
      `rpc error: code = DeadlineExceeded desc = ${unpack(i, 'failed to resolve image: context deadline exceeded')}`,
  ),
  cause('unavailable', 'very old deadline', () => 'rpc error: code = 4 desc = context deadline exceeded'),
  cause('unavailable', 'reset', (i) =>
    unpack(i, `failed to copy: read tcp 10.42.9.4:42942->192.0.2.42:443: read: connection reset by peer`),
  ),
  cause(
    'unavailable',
    'unexpected EOF',
    (i) =>
      unpack(i, `failed to copy: httpReadSeeker: failed open: failed to do request: Get "${blob(i)}": unexpected EOF`),
    answered,
  ),
  cause(
    'unavailable',
    '503',
    (i) => resolve(i, `unexpected status from HEAD request to ${manifest(i)}: 503 Service Unavailable`),
    answered,
  ),
  cause(
    'unavailable',
    '500',
    () => 'Error response from daemon: received unexpected HTTP status: 500 Internal Server Error',
  ),
  cause(
    'unavailable',
    '502 of a mirror',
    (i) =>
      resolve(
        i,
        `unexpected status from HEAD request to https://mirror.harbour.example/v2/${i.path}/manifests/${i.tag}?ns=docker.io: 502 Bad Gateway`,
      ),
    () => 'mirror.harbour.example',
    HUB_IMAGES,
  ),
  cause(
    'unavailable',
    'certificate',
    (i) =>
      resolve(
        i,
        `failed to do request: Head "${manifest(i)}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      ),
    answered,
  ),
  cause(
    'unavailable',
    'plain HTTP',
    (i) => resolve(i, `failed to do request: Head "${manifest(i)}": http: server gave HTTP response to HTTPS client`),
    answered,
  ),
  cause(
    'unavailable',
    'RegistryUnavailable',
    (i) =>
      `RegistryUnavailable: initializing source docker://${i.full}: pinging container registry ${i.registry}: Get "https://${i.api}/v2/": dial tcp 192.0.2.29:443: connect: connection refused`,
    answered,
  ),
  cause(
    'unavailable',
    'because the registry is unavailable',
    (i) =>
      `image pull failed for ${i.written} because the registry is unavailable: pinging container registry ${i.registry}: Get "https://${i.api}/v2/": dial tcp 192.0.2.29:443: connect: connection refused`,
    answered,
  ),
  cause(
    'unavailable',
    'token endpoint out of reach',
    (i) =>
      resolve(
        i,
        `failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository%3A${encodeURIComponent(i.path)}%3Apull&service=registry.docker.io": dial tcp: lookup auth.docker.io: server misbehaving`,
      ),
    () => 'docker.io',
    HUB_IMAGES,
  ),
];

const local: readonly Template[] = [
  cause('kubelet-limit', 'pull QPS', () => 'pull QPS exceeded'),
  cause('kubelet-limit', 'pull QPS, old', () => 'pull QPS exceeded.'),
  cause('other', 'no space', (i) =>
    unpack(
      i,
      `failed to extract layer ${digest(i.path)}: write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/429/fs/too-many-requests: no space left on device: unknown`,
    ),
  ),
  cause(
    'other',
    'disk quota',
    () => 'failed to register layer: write /usr/share/429/toomanyrequests: disk quota exceeded',
  ),
  cause('other', 'bad digest', (i) =>
    unpack(
      i,
      `failed commit on ref "layer-${digest(i.path)}": unexpected commit digest ${digest('other')}, expected ${digest(i.path)}: failed precondition`,
    ),
  ),
  cause('other', 'wrong size', (i) =>
    unpack(
      i,
      `failed commit on ref "layer-${digest(i.path)}": "layer-${digest(i.path)}" failed size validation: 429 != 4290: failed precondition`,
    ),
  ),
  cause('other', 'content store', (i) =>
    unpack(
      i,
      `failed to unpack image on snapshotter overlayfs: failed to get reader from content store: content ${digest(i.path)}: not found`,
    ),
  ),
  cause(
    'other',
    'signature',
    (i) =>
      `SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists for ${i.full}`,
  ),
  cause('other', 'canceled', (i) => `rpc error: code = Canceled desc = ${unpack(i, 'context canceled')}`),
  cause(
    'other',
    'too many open files',
    () => 'failed to prepare extraction snapshot: open /var/lib/429: too many open files',
  ),
  cause(
    'other',
    'a file by the number',
    () => 'Error processing tar file(exit status 1): open /429: file exists, line 429',
  ),
  cause(
    'other',
    'gRPC size',
    () => 'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (42942942 vs. 16777216)',
  ),
  cause('other', 'in another language', () => 'Abbild konnte nicht entpackt werden: zu viele Schichten (429)'),
];

/** The registry did not answer, was not asked, or its answer is not the reason. */
export const FAULTS: readonly Template[] = [...unreachable, ...local];
