import type { CoveringPolicy } from './coverage.ts';
import type { Registries } from './registries.ts';

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

/** Registries that a policy names. */
export const namedBy = (policies: readonly CoveringPolicy[]): Pick<Registries, 'has'> => ({
  has: (registry) => policies.some(({ registries }) => registries.has(registry)),
});

/** The value of the label `registry`. @param named registries that a policy names */
export const registryLabel = (registry: string, named: Pick<Registries, 'has'>): string =>
  WELL_KNOWN.has(registry) || named.has(registry) ? registry : 'other';
