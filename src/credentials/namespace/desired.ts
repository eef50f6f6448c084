import type { PolicyName } from '../../api/keys.ts';
import { byAge, type Policy } from '../../api/policy.ts';
import { type AuthEntry, encodeBase64, renderDockerConfig } from '../sources/docker-config.ts';
import type { Contributions } from '../ownership.ts';
import { normaliseKey } from '../../registry/key.ts';
import type { Resolution } from '../sources/resolve.ts';
import { hashContent } from '../slim.ts';

/**
 * How a policy takes part in one Secret.
 * - `live`: its sources resolve; it gives what they hold now
 * - `frozen`: a source is broken; its keys stay as they are in the copy, and where there is no copy it gives what resolves
 * - `observing`: gave keys before it was switched to Observe; they are carried along, shadow nothing and select nothing
 */
export type Role = 'live' | 'frozen' | 'observing';

export interface Contributor {
  readonly policy: Policy;
  readonly resolution: Resolution;
  readonly role: Role;
}

/** What lies in the copy now; needed only where a contributor's keys have to stay as they are. */
export interface ExistingContent {
  readonly contributions: Contributions;
  readonly entries: readonly AuthEntry[];
}

type Labels = Readonly<Record<string, string>>;

/** One Secret as it ought to be. */
export interface DesiredCopy {
  /** The `.dockerconfigjson` value, base64. */
  readonly content: string;
  readonly contentHash: string;
  /** Size of the content before base64, as the API server counts it. */
  readonly bytes: number;
  readonly contributions: Contributions;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Take over a foreign Secret: all contributors that vote say so. */
  readonly adopt: boolean;
  /** Registries of a policy in whose place an older policy's entry stands. */
  readonly shadowed: ReadonlyMap<PolicyName, readonly string[]>;
}

/**
 * The Secret that these policies make together (design.md, Contributors). Pure.
 * @returns undefined where none of them has a credential to give
 */
export function desiredCopy(contributors: readonly Contributor[], existing?: ExistingContent): DesiredCopy | undefined {
  const voters = contributors.filter(({ role }) => role !== 'observing').sort((a, b) => byAge(a.policy, b.policy));
  const observers = contributors.filter(({ role }) => role === 'observing');
  const claims = new Claims();
  for (const voter of voters) claims.offer(voter.policy.name, offersOf(voter, existing), 'shadowed-if-taken');
  for (const { policy } of observers) claims.offer(policy.name, keptEntries(policy.name, existing), 'dropped-if-taken');
  if (claims.entries.size === 0) return undefined;

  const json = renderDockerConfig(claims.entries.values());
  const content = encodeBase64(json);
  return {
    content,
    contentHash: hashContent(content),
    bytes: Buffer.byteLength(json),
    contributions: claims.contributions,
    labels: union(voters.map(({ policy }) => policy.spec.secret.labels)),
    annotations: union(voters.map(({ policy }) => policy.spec.secret.annotations)),
    adopt: voters.length > 0 && voters.every(({ policy }) => policy.spec.conflictPolicy === 'Adopt'),
    shadowed: claims.shadowed,
  };
}

/** Whether the copy's present content is needed to say what it ought to be. */
export const needsExisting = (contributors: readonly Contributor[]): boolean =>
  contributors.some(({ role }) => role !== 'live');

function offersOf(
  { policy, resolution, role }: Contributor,
  existing: ExistingContent | undefined,
): readonly AuthEntry[] {
  return role === 'frozen' && existing?.contributions.has(policy.name) === true
    ? keptEntries(policy.name, existing)
    : resolution.entries;
}

function keptEntries(policy: PolicyName, existing: ExistingContent | undefined): readonly AuthEntry[] {
  const keys = existing?.contributions.get(policy) ?? [];
  return existing?.entries.filter(({ key }) => keys.includes(key)) ?? [];
}

/** Who gives which registry; the first to offer one has it. */
class Claims {
  /** By registry as compared. */
  readonly entries = new Map<string, AuthEntry>();
  readonly contributions = new Map<PolicyName, string[]>();
  readonly shadowed = new Map<PolicyName, string[]>();

  offer(policy: PolicyName, offers: readonly AuthEntry[], otherwise: 'shadowed-if-taken' | 'dropped-if-taken'): void {
    const given: string[] = [];
    const taken: string[] = [];
    for (const entry of offers) {
      const registry = normaliseKey(entry.key);
      if (this.entries.has(registry)) {
        taken.push(registry);
      } else {
        this.entries.set(registry, entry);
        given.push(entry.key);
      }
    }
    this.contributions.set(policy, given);
    if (taken.length > 0 && otherwise === 'shadowed-if-taken') this.shadowed.set(policy, taken);
  }
}

/** The older wins. */
const union = (all: readonly (Labels | undefined)[]): Labels =>
  all.reduceRight<Labels>((merged, labels) => ({ ...merged, ...labels }), {});
