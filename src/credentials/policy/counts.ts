import type { NamespaceName } from '../../api/keys.ts';
import type { Failure } from '../namespace/outcome.ts';
import type { Outcome } from '../tally.ts';
import type { StatusInput } from './status-input.ts';

/** The tally over all namespaces. */
export interface Counts {
  readonly matched: number;
  readonly synced: number;
  readonly observed: number;
  readonly failed: number;
  readonly pending: number;
  readonly shadowedNamespaces: number;
  readonly shadowedRegistries: readonly string[];
  readonly accounts: { readonly matched: number; readonly patched: number };
  readonly failures: readonly NamespaceFailure[];
}

export interface NamespaceFailure {
  readonly namespace: NamespaceName;
  readonly failure: Failure;
}

/** Adds up what is known of the namespaces. */
export function count({ matched, outcomes, version }: Pick<StatusInput, 'matched' | 'outcomes' | 'version'>): Counts {
  const current = matched.map((namespace) => ifCurrent(outcomes.get(namespace), version));
  const ofKind = (kind: Outcome['state']['kind']): number =>
    current.filter((outcome) => outcome?.state.kind === kind).length;
  const shadowed = current.filter((outcome) => (outcome?.shadowed.length ?? 0) > 0);
  const [synced, observed, failed] = [ofKind('synced'), ofKind('observed'), ofKind('failed')];
  return {
    matched: matched.length,
    synced,
    observed,
    failed,
    pending: matched.length - synced - observed - failed,
    shadowedNamespaces: shadowed.length,
    shadowedRegistries: [...new Set(shadowed.flatMap((outcome) => outcome?.shadowed ?? []))].sort(),
    accounts: {
      matched: sum(current.map((outcome) => outcome?.accounts.matched)),
      patched: sum(current.map((outcome) => outcome?.accounts.patched)),
    },
    failures: failuresOf(outcomes, version),
  };
}

/** An outcome of an older version says nothing. */
export const ifCurrent = (outcome: Outcome | undefined, version: string): Outcome | undefined =>
  outcome?.version === version ? outcome : undefined;

export const sum = (numbers: readonly (number | undefined)[]): number =>
  numbers.reduce<number>((total, value) => total + (value ?? 0), 0);

/** Sorted by namespace. Those of namespaces that the policy is only leaving have no version. */
function failuresOf(outcomes: ReadonlyMap<NamespaceName, Outcome>, version: string): NamespaceFailure[] {
  return [...outcomes]
    .flatMap(([namespace, outcome]) =>
      outcome.state.kind === 'failed' && (outcome.version === version || outcome.version === '')
        ? [{ namespace, failure: outcome.state }]
        : [],
    )
    .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}
