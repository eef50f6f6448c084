import { createHash } from 'node:crypto';
import type { PolicyName } from '../../api/keys.ts';
import { renderDockerConfig } from '../sources/docker-config.ts';
import type { ContentChanged } from './rotation.ts';
import type { ResolvedEntry, Resolution } from '../sources/resolve.ts';

/**
 * What this process remembers of the credentials that it has reported, so that a source that was touched but not changed
 * is not taken for a rotation. Hashes of secrets: never leaves the process.
 */
export class RotationMemory {
  readonly #reported = new Map<PolicyName, ReadonlyMap<string, string>>();

  compare(policy: PolicyName, entry: ResolvedEntry): ReturnType<ContentChanged> {
    const before = this.#reported.get(policy)?.get(entry.registry);
    if (before === undefined) return 'unknown';
    return before === hashOf(entry) ? 'same' : 'changed';
  }

  /** To be called when a status with these credentials has been written. A broken resolution is not taken in. */
  remember(policy: PolicyName, { entries, faults, pending }: Resolution): void {
    if (faults.length > 0 || pending) return;
    this.#reported.set(policy, new Map(entries.map((entry) => [entry.registry, hashOf(entry)])));
  }

  forget(policy: PolicyName): void {
    this.#reported.delete(policy);
  }
}

const hashOf = (entry: ResolvedEntry): string =>
  createHash('sha256')
    .update(renderDockerConfig([entry]))
    .digest('base64');
