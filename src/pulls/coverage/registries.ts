import { wouldUse } from '../image/keyring.ts';
import type { CoveringPolicy } from './coverage.ts';
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
const hostOfKey = (key: string): string => foldHost(normaliseKey(key).split('/')[0] ?? '');

/** The registries of a policy's keys, taken from them once: every failed pull asks. */
export class Registries {
  readonly #hosts: ReadonlySet<string>;
  readonly #patterns: readonly string[];

  /** @param keys of a docker config */
  constructor(keys: readonly string[]) {
    this.#hosts = new Set(keys.map(hostOfKey));
    this.#patterns = [...this.#hosts].filter((host) => host.includes('*'));
  }

  /** Whether a key names this very registry. */
  has(registry: string): boolean {
    return this.#hosts.has(registry);
  }

  /** Whether a key is meant for the registry: for a part of it, by a pattern, or in a form that no kubelet matches. */
  serve(registry: string): boolean {
    return this.has(registry) || this.#patterns.some((pattern) => wouldUse(pattern, `${registry}/any`));
  }
}

/** Registries that a policy names. */
export const namedBy = (policies: readonly CoveringPolicy[]): Pick<Registries, 'has'> => ({
  has: (registry) => policies.some(({ registries }) => registries.has(registry)),
});

/** The value of the label `registry`. @param named registries that a policy names */
export const registryLabel = (registry: string, named: Pick<Registries, 'has'>): string =>
  WELL_KNOWN.has(registry) || named.has(registry) ? registry : 'other';
