import type { NamespaceName, PolicyName, SecretName } from '../api/keys.ts';
import type { Failure } from './namespace/outcome.ts';

/** What `mode: Observe` would do in one namespace. */
export interface NamespacePlan {
  readonly create: boolean;
  readonly update: boolean;
  readonly adopt: boolean;
  readonly conflict: boolean;
  readonly serviceAccounts: number;
}

/** How one policy stands in one namespace. */
export interface Outcome {
  /** Of the policy and its credentials when this was found; an outcome of an older version counts for nothing. */
  readonly version: string;
  readonly state: { readonly kind: 'synced' | 'pending' | 'observed' | 'left' } | Failure;
  readonly shadowed: readonly string[];
  readonly accounts: { readonly matched: number; readonly patched: number };
  readonly plan?: NamespacePlan;
}

/** Outcomes of one namespace, by policy. */
export type NamespaceOutcomes = ReadonlyMap<PolicyName, Outcome>;

/** The last outcome of every namespace for every policy. Only the leader has one. */
export class Tally {
  readonly #byPolicy = new Map<PolicyName, Map<NamespaceName, Outcome>>();
  readonly #onChange: (policy: PolicyName) => void;
  readonly #orphans = new Map<NamespaceName, readonly SecretName[]>();

  constructor(onChange: (policy: PolicyName) => void) {
    this.#onChange = onChange;
  }

  /** Replaces all that was known of this namespace. */
  record(namespace: NamespaceName, outcomes: NamespaceOutcomes, orphans: readonly SecretName[] = []): void {
    for (const [policy, byNamespace] of this.#byPolicy) {
      if (!outcomes.has(policy) && byNamespace.delete(namespace)) this.#onChange(policy);
    }
    for (const [policy, outcome] of outcomes) {
      this.#of(policy).set(namespace, outcome);
      this.#onChange(policy);
    }
    if (orphans.length > 0) this.#orphans.set(namespace, orphans);
    else this.#orphans.delete(namespace);
  }

  forget(namespace: NamespaceName): void {
    this.record(namespace, new Map());
  }

  forgetPolicy(policy: PolicyName): void {
    this.#byPolicy.delete(policy);
  }

  /** Every policy's outcome in one namespace. */
  ofNamespace(namespace: NamespaceName): readonly (readonly [PolicyName, Outcome])[] {
    return [...this.#byPolicy].flatMap(([policy, byNamespace]) => {
      const outcome = byNamespace.get(namespace);
      return outcome === undefined ? [] : [[policy, outcome] as const];
    });
  }

  outcomes(policy: PolicyName): ReadonlyMap<NamespaceName, Outcome> {
    return this.#of(policy);
  }

  /** Copies whose policies are all gone, in all namespaces. */
  get orphans(): number {
    return [...this.#orphans.values()].reduce((sum, names) => sum + names.length, 0);
  }

  orphansIn(namespace: NamespaceName): readonly SecretName[] {
    return this.#orphans.get(namespace) ?? [];
  }

  #of(policy: PolicyName): Map<NamespaceName, Outcome> {
    const known = this.#byPolicy.get(policy) ?? new Map<NamespaceName, Outcome>();
    this.#byPolicy.set(policy, known);
    return known;
  }
}
