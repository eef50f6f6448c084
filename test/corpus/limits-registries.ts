import { type Image, OTHER_IMAGES } from './images.ts';
import { here, limit, type Template } from './template.ts';
import { blob, copy, manifest, resolve } from './texts.ts';

const at = (host: string): readonly Image[] => OTHER_IMAGES.filter(({ registry }) => registry.endsWith(host));
const got = (i: Image): string => `unexpected status from GET request to ${manifest(i)}: 429 Too Many Requests\n`;
export const REGISTRY_LIMITS: readonly Template[] = [
  limit('ECR Public, rate', at('public.ecr.aws'), (i) => copy(i, `${got(i)}toomanyrequests: Rate exceeded`), here),
  limit(
    'ECR Public, data',
    at('public.ecr.aws'),
    (i) => copy(i, `${got(i)}toomanyrequests: Data limit exceeded`),
    here,
  ),
  limit('ECR', at('amazonaws.com'), () => 'Error response from daemon: toomanyrequests: Rate exceeded'),
  limit('ECR, old docker', at('amazonaws.com'), () => 'Unknown: Rate exceeded'),
  limit(
    'GHCR, µs',
    at('ghcr.io'),
    (i) => copy(i, `${got(i)}toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute`),
    here,
  ),
  limit(
    'GHCR, ms',
    at('ghcr.io'),
    (i) =>
      copy(
        i,
        `unexpected status code ${blob(i)}: 429 Too Many Requests - Server message: toomanyrequests: retry-after: 1.429ms, allowed: 44000/minute`,
      ),
    here,
  ),
  limit(
    'Artifact Registry',
    at('pkg.dev'),
    (i) =>
      copy(
        i,
        `${got(i)}toomanyrequests: Quota exceeded for quota metric 'Requests per project per region' and limit 'Requests per project per region per minute per region' of service 'artifactregistry.googleapis.com' for consumer 'project_number:429042904290'.`,
      ),
    here,
  ),
  limit(
    'registry.k8s.io',
    at('registry.k8s.io'),
    (i) =>
      resolve(
        i,
        `unexpected status from HEAD request to https://europe-west4-docker.pkg.dev/v2/k8s-artifacts/images/${i.path}/manifests/${i.tag}: 429 Too Many Requests`,
      ),
    { endpoint: () => 'europe-west4-docker.pkg.dev' },
  ),
  limit(
    'ACR',
    at('azurecr.io'),
    (i) =>
      copy(
        i,
        `${got(i)}toomanyrequests: Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix to view limits of all service tiers.`,
      ),
    here,
  ),
  limit(
    'MCR with the words of ACR',
    at('microsoft.com'),
    (i) =>
      `Error response from daemon: toomanyrequests: Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix to view limits of all service tiers for ${i.path}.`,
  ),
  limit(
    'Harbor proxy cache',
    at(':5000'),
    (i) =>
      copy(
        i,
        `unexpected status from GET request to ${manifest(i)}: 429 Too Many Requests\nunknown: too many requests to upstream registry`,
      ),
    here,
  ),
  limit(
    'Harbor, without status',
    at(':5000'),
    () => 'Error response from daemon: unknown: too many requests to upstream registry',
  ),
  limit(
    'GitLab',
    at('gitlab.com'),
    (i) =>
      copy(
        i,
        `unexpected status code https://gitlab.com/jwt/auth?scope=repository%3A${encodeURIComponent(i.path)}%3Apull&service=container_registry: 429 Too Many Requests - Server message: Retry later`,
      ),
    { endpoint: () => 'gitlab.com' },
  ),
];
