import type { Coverage } from './coverage.ts';
import { normaliseKey } from '../../registry/key.ts';
import { foldHost } from '../../registry/hub.ts';

/** Registries that get a label value of their own without a policy naming them; the rest is `other`, so that nobody can make series at will. */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  'docker.io',
  'ghcr.io',
  'quay.io',
  'public.ecr.aws',
  'registry.k8s.io',
  'gcr.io',
  'mcr.microsoft.com',
  'nvcr.io',
  'registry.gitlab.com',
  'cgr.dev',
  'registry.redhat.io',
]);

/** The registry of a docker config's key, in the form in which pulls name registries. */
export const hostOfKey = (key: string): string => foldHost(normaliseKey(key).split('/')[0] ?? '');

/** Registries of the policies. */
export const servedRegistries = (coverage: Coverage): ReadonlySet<string> =>
  new Set(coverage.policies().flatMap(({ keys }) => keys.map(hostOfKey)));

/** The value of the label `registry`. @param served registries of the policies */
export const registryLabel = (registry: string, served: ReadonlySet<string>): string =>
  WELL_KNOWN.has(registry) || served.has(registry) ? registry : 'other';
