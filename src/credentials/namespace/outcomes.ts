import type { PolicyName, SecretName } from '../../api/keys.ts';
import { type Policy, selectsServiceAccount, wantedSecretName } from '../../api/policy.ts';
import type { Contributor, ExistingContent } from './desired.ts';
import type { Copies } from './entry-wish.ts';
import type { Grown } from './grow-copies.ts';
import { type Failure, isFailure } from './outcome.ts';
import { planForObserver } from './plan-observer.ts';
import type { Resolution } from '../sources/resolve.ts';
import type { Departure } from './shrink-copies.ts';
import type { Observed } from './situation.ts';
import { hasEntry } from '../slim.ts';
import type { Outcome } from '../tally.ts';
import type { AccountOutcome } from './write-accounts.ts';

/** Names what an outcome was found for: a policy's spec and the content of its sources. */
export const versionOf = (policy: Policy, resolution: Resolution): string =>
  `${policy.uid}/${policy.generation.toString()}/${resolution.fingerprint}`;

/** How every policy stands in a namespace after the three phases. Pure. */
export function outcomesOf(
  observed: Observed,
  copies: Copies,
  accounts: readonly AccountOutcome[],
  departures: readonly Departure[],
  existing: ReadonlyMap<SecretName, ExistingContent> = new Map(),
): ReadonlyMap<PolicyName, Outcome> {
  const outcomes = new Map<PolicyName, Outcome>();
  for (const departure of departures) recordDeparture(outcomes, departure);
  for (const copy of copies.values()) {
    const lingering = new Set(copy.situation.lingering.map(({ name }) => name));
    for (const contributor of copy.situation.contributors) {
      if (contributor.role === 'observing' || lingering.has(contributor.policy.name)) continue;
      const outcome = contributorOutcome(contributor, copy, accounts);
      outcomes.set(contributor.policy.name, withDeparture(outcome, outcomes.get(contributor.policy.name)));
    }
  }
  for (const observer of observed.observers) {
    const content = existing.get(wantedSecretName(observer.policy));
    outcomes.set(observer.policy.name, observerOutcome(observer, observed, content));
  }
  return outcomes;
}

const NO_ACCOUNTS = { matched: 0, patched: 0 };

/** A policy that cannot leave says so; one that has left says nothing. */
function recordDeparture(outcomes: Map<PolicyName, Outcome>, { leavers, result }: Departure): void {
  if (!isFailure(result)) return;
  for (const { name } of leavers)
    outcomes.set(name, { version: '', state: result, shadowed: [], accounts: NO_ACCOUNTS });
}

/** A namespace is in order only when what the policy had there before is gone. */
const withDeparture = (outcome: Outcome, departure: Outcome | undefined): Outcome =>
  departure !== undefined && outcome.state.kind === 'synced' ? { ...outcome, state: departure.state } : outcome;

function contributorOutcome(
  { policy, resolution }: Contributor,
  copy: Grown,
  accounts: readonly AccountOutcome[],
): Outcome {
  const selected = accounts.filter(({ account }) => selectsServiceAccount(policy, account));
  const patched = selected.filter(({ account }) => hasEntry(account, wantedSecretName(policy)));
  const failure = copy.state.kind === 'failed' ? copy.state : firstFailure(selected);
  const complete = copy.state.kind === 'in-place' && patched.length === selected.length;
  return {
    version: versionOf(policy, resolution),
    state: failure ?? { kind: complete ? 'synced' : 'pending' },
    shadowed: copy.desired?.shadowed.get(policy.name) ?? [],
    accounts: { matched: selected.length, patched: patched.length },
  };
}

function firstFailure(accounts: readonly AccountOutcome[]): Failure | undefined {
  for (const { result } of accounts) if (isFailure(result)) return result;
  return undefined;
}

function observerOutcome(observer: Contributor, observed: Observed, existing: ExistingContent | undefined): Outcome {
  const { plan, accounts } = planForObserver(observer, observed, existing);
  return {
    version: versionOf(observer.policy, observer.resolution),
    state: { kind: 'observed' },
    shadowed: [],
    accounts,
    ...(plan !== undefined && { plan }),
  };
}
