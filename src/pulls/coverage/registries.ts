import { wouldUse } from '../image/keyring.ts';
import { normaliseKey } from '../../registry/key.ts';
import { foldHost } from '../../registry/hub.ts';

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
