import { createHash } from 'node:crypto';

/** An image of the corpus, with what the rules of image references say about it, written down by hand. */
export interface Image {
  /** As the pod's spec has it. */
  readonly written: string;
  /** As containerd repeats it. */
  readonly full: string;
  /** Repository without host. */
  readonly path: string;
  readonly tag: string;
  readonly registry: string;
  /** Host of the registry's API. */
  readonly api: string;
}

/** A digest with 429 in it, at its start, inside and at its end: one in seventy real ones has it somewhere. */
export function digest(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `sha256:429${hex.slice(3, 30)}429${hex.slice(33, 61)}429`;
}

const image = (written: string, full: string, path: string, tag: string, registry: string, api = registry): Image => ({
  written,
  full,
  path,
  tag,
  registry,
  api,
});
const hub = (written: string, path: string, tag: string): Image =>
  image(written, `docker.io/${path}:${tag}`, path, tag, 'docker.io', 'registry-1.docker.io');
const elsewhere = (host: string, path: string, tag: string): Image =>
  image(`${host}/${path}:${tag}`, `${host}/${path}:${tag}`, path, tag, host);

const pinned = digest('pinned');

export const HUB_IMAGES: readonly Image[] = [
  hub('harbourlight/ferry:2.4.29', 'harbourlight/ferry', '2.4.29'),
  hub('tidepool', 'library/tidepool', 'latest'),
  hub('docker.io/harbourlight/buoy:429', 'harbourlight/buoy', '429'),
  hub('index.docker.io/library/tidepool:1', 'library/tidepool', '1'),
  hub('toomanyrequests:1', 'library/toomanyrequests', '1'),
  hub('harbourlight/rate-limit:too-many-requests', 'harbourlight/rate-limit', 'too-many-requests'),
  image(
    `harbourlight/anchor@${pinned}`,
    `docker.io/harbourlight/anchor@${pinned}`,
    'harbourlight/anchor',
    pinned,
    'docker.io',
    'registry-1.docker.io',
  ),
];

export const OTHER_IMAGES: readonly Image[] = [
  elsewhere('ghcr.io', 'harbourlight/pilot', 'v4.29.0'),
  elsewhere('quay.io', 'harbourlight/lantern', '429'),
  elsewhere('registry.k8s.io', 'sig-harbour/mooring', 'v1.29.4'),
  elsewhere('registry.example.net:5000', 'team-429/gateway', '7'),
  elsewhere('mcr.microsoft.com', 'harbour/runtime', '9.0'),
  elsewhere('harbourlight.azurecr.io', 'svc/toomanyrequests', '3'),
  elsewhere('public.ecr.aws', 'h4l2i9gh/beacon', '2'),
  elsewhere('429429429429.dkr.ecr.eu-west-1.amazonaws.com', 'beacon', 'rate-limit'),
  elsewhere('europe-west4-docker.pkg.dev', 'harbour-429/apps/tug', 'main'),
  elsewhere('nvcr.io', 'harbourlight/radar', '24.04.29'),
  elsewhere('registry.gitlab.com', 'harbourlight/dock', '1.0'),
  elsewhere('harbourlight.jfrog.io', 'docker-local/crane', '0.4.2'),
  elsewhere('[2001:db8::429]:5000', 'harbourlight/keel', '1'),
];

export const OLD_GCR_IMAGE = elsewhere('gcr.io', 'harbour/tug', '2');

/** CRI-O looks for a short name in the registries of its own list: this one was found on quay.io. */
export const SHORT_NAME_ON_QUAY = image(
  'harbourlight/wharf:1',
  'quay.io/harbourlight/wharf:1',
  'harbourlight/wharf',
  '1',
  'quay.io',
);
