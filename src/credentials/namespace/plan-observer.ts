import { selectsServiceAccount, wantedSecretName } from '../../api/policy.ts';
import { type Contributor, desiredCopy, type ExistingContent } from './desired.ts';
import { type CopyStep, planCopy } from './plan-copy.ts';
import type { Observed, Situation } from './situation.ts';
import { hasEntry } from '../slim.ts';
import type { NamespacePlan } from '../tally.ts';

export interface ObserverPlan {
  /** undefined where the namespace is out for the policy's Secret name. */
  readonly plan: NamespacePlan | undefined;
  readonly accounts: { readonly matched: number; readonly patched: number };
}

/**
 * What switching this policy alone to Enforce would do in one namespace. Pure; writes nothing.
 * @param existing what lies in the copy now; needed where the keys of another contributor have to stay as they are
 */
export function planForObserver(
  observer: Contributor,
  { accounts, situations }: Observed,
  existing?: ExistingContent,
): ObserverPlan {
  const name = wantedSecretName(observer.policy);
  const selected = accounts.filter((account) => selectsServiceAccount(observer.policy, account));
  const lacking = selected.filter((account) => !hasEntry(account, name)).length;
  const situation = situations.find((candidate) => candidate.name === name);
  const counts = { matched: selected.length, patched: selected.length - lacking };
  if (situation?.open !== true) return { plan: undefined, accounts: counts };
  const step = stepWith(observer, situation, existing);
  return { plan: toPlan(step, lacking), accounts: counts };
}

function stepWith(observer: Contributor, situation: Situation, existing: ExistingContent | undefined): CopyStep {
  const others = situation.contributors.filter(({ policy }) => policy.name !== observer.policy.name);
  const desired = desiredCopy([...others, observer], existing);
  if (desired === undefined) return { kind: 'none' };
  return planCopy({ name: situation.name, found: situation.found, ownership: situation.ownershipIfKnown, desired });
}

function toPlan(step: CopyStep, lacking: number): NamespacePlan {
  const blocked = step.kind === 'obstacle';
  return {
    create: step.kind === 'create',
    update: step.kind === 'update' || step.kind === 'replace',
    adopt: step.kind === 'adopt',
    conflict: step.kind === 'obstacle' && step.failure.reason === 'Conflict',
    serviceAccounts: blocked ? 0 : lacking,
  };
}
