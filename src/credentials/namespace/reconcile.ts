import { namespaceName, type NamespaceName, type SecretName } from '../../api/keys.ts';
import { wantedSecretName } from '../../api/policy.ts';
import { after, done, type Next, retry } from '../../runtime/controller.ts';
import { type ExistingContent, needsExisting } from './desired.ts';
import { type CopyDeps, growCopies } from './grow-copies.ts';
import { type Failure, isFailure, type WriteResult } from './outcome.ts';
import { outcomesOf } from './outcomes.ts';
import { type Departure, type Referred, shrinkCopies } from './shrink-copies.ts';
import { type Caches, observe, type Observed } from './situation.ts';
import { hasEntry, type NamespaceEntry } from '../slim.ts';
import type { Tally } from '../tally.ts';
import { type AccountOutcome, writeAccounts } from './write-accounts.ts';
import type { Writer } from './writer.ts';
import type { Copies } from './entry-wish.ts';

export interface NamespaceDeps extends CopyDeps {
  readonly caches: Caches & { namespace(name: NamespaceName): NamespaceEntry | undefined };
  readonly tally: Tally;
}

/**
 * Brings one namespace to what all policies together ask for. Safe to run at any time, any number of times.
 * @throws ApiError of kind `fenced` or `aborted` when this process may not write any more
 */
export async function reconcileNamespace(name: NamespaceName, deps: NamespaceDeps): Promise<Next> {
  const namespace = deps.caches.namespace(name);
  if (namespace === undefined || namespace.terminating) return forget(name, deps.tally);

  const observed = observe(namespace, deps.caches);
  const copies = await growCopies(observed, deps);
  const accounts = await writeAccounts(observed, copies, deps);
  const departures = await shrinkCopies(observed, copies, stillReferred(accounts), deps);

  const existing = await contentForPlans(observed, deps.writer);
  deps.tally.record(name, outcomesOf(observed, copies, accounts, departures, existing), orphansOf(observed));
  return nextRun(resultsOf(copies, accounts, departures));
}

function forget(name: NamespaceName, tally: Tally): Next {
  tally.forget(name);
  return done;
}

/** A plan of a policy that only observes is exact only with what others have to keep as it is. */
async function contentForPlans(
  { namespace, situations, observers }: Observed,
  writer: Writer,
): Promise<ReadonlyMap<SecretName, ExistingContent>> {
  const planned = new Set(observers.map(({ policy }) => wantedSecretName(policy)));
  const contents = new Map<SecretName, ExistingContent>();
  for (const { name, ownership, contributors } of situations) {
    if (!planned.has(name) || ownership !== 'ours' || !needsExisting(contributors)) continue;
    const content = await writer.readContent(namespaceName(namespace.name), name);
    if (content !== undefined && 'entries' in content) contents.set(name, content);
  }
  return contents;
}

/** Why entries of accounts could not be written; a lasting one keeps its Secret alive. Of an oversized account nobody knows what it has. */
const stillReferred =
  (accounts: readonly AccountOutcome[]): Referred =>
  (name, orMayBe) => {
    const results = accounts
      .filter(({ account }) => hasEntry(account, name) || (orMayBe && account.isOversized))
      .map(({ result }) => result);
    return results.find(isFailure) ?? results.find(({ kind }) => kind === 'stale');
  };

const orphansOf = ({ situations }: Observed): readonly SecretName[] =>
  situations.filter(({ orphaned, contributors }) => orphaned && contributors.length === 0).map(({ name }) => name);

function resultsOf(
  copies: Copies,
  accounts: readonly AccountOutcome[],
  departures: readonly Departure[],
): readonly WriteResult[] {
  const states = [...copies.values()].map(({ state }): WriteResult =>
    state.kind === 'failed' ? state : { kind: 'unchanged' },
  );
  return [...states, ...accounts.map(({ result }) => result), ...departures.map(({ result }) => result)];
}

/** A conflict waits for the watch and sets no timer; everything else that failed comes again, later each time. */
export function nextRun(results: readonly WriteResult[]): Next {
  const failures = results.filter(isFailure);
  if (results.some(({ kind }) => kind === 'stale') || failures.some(({ retry: how }) => how === 'back-off'))
    return retry;
  const waits = failures.map(waitOf).filter((ms) => ms > 0);
  return waits.length === 0 ? done : after(Math.min(...waits));
}

const waitOf = ({ retry: how }: Failure): number => (typeof how === 'object' ? how.afterMs : 0);
