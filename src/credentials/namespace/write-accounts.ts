import type { SecretName } from '../../api/keys.ts';
import type { Contention } from './contention.ts';
import { contended, oversized } from './failure.ts';
import { type Copies, entryWish } from './entry-wish.ts';

import type { Failure, WriteResult } from './outcome.ts';
import { type AccountPlan, type EntryWish, planAccount } from './plan-account.ts';
import type { Observed } from './situation.ts';
import { type AccountEntry, hasEntry } from '../slim.ts';
import type { Writer } from './writer.ts';

export interface AccountOutcome {
  /** As it is after the write. */
  readonly account: AccountEntry;
  readonly result: WriteResult;
}

export interface AccountDeps {
  readonly writer: Writer;
  readonly contention: Contention;
}

/** Second phase: entries come and go in every ServiceAccount, one write for each. */
export async function writeAccounts(
  { accounts }: Observed,
  copies: Copies,
  deps: AccountDeps,
): Promise<readonly AccountOutcome[]> {
  const names = [...copies.keys()];
  return Promise.all(accounts.map((account) => writeAccount(account, names, copies, deps)));
}

/** As many writes as it takes: most accounts need one. */
async function writeAccount(
  cached: AccountEntry,
  names: readonly SecretName[],
  copies: Copies,
  deps: AccountDeps,
): Promise<AccountOutcome> {
  if (cached.isOversized) return { account: cached, result: refusal(cached, names, copies) };
  for (let current = cached; ;) {
    const { isPart, ...outcome } = await writeOnce(current, names, copies, deps);
    if (!isPart || outcome.result.kind !== 'written') return outcome;
    current = outcome.account;
  }
}

/** A write gives back a whole list, and of this one the caches have none. */
const refusal = (account: AccountEntry, names: readonly SecretName[], copies: Copies): WriteResult =>
  names.some((name) => entryWish(name, account, copies) === 'add') ? oversized(account.name) : { kind: 'unchanged' };

async function writeOnce(
  cached: AccountEntry,
  names: readonly SecretName[],
  copies: Copies,
  { writer, contention }: AccountDeps,
): Promise<AccountOutcome & { readonly isPart: boolean }> {
  const held: Failure[] = [];
  let last: AccountPlan | undefined;
  let isPart = false;
  const { result, account } = await writer.applyAccount(cached, (current) => {
    held.length = 0;
    const wishes = new Map<string, EntryWish>();
    const wishOf = (name: string): EntryWish => {
      const wish = entryWish(name, current, copies);
      const hold = wish === 'add' && !hasEntry(current, name) ? contention.holdMs(fightKey(current, name), name) : 0;
      if (hold === 0) return wish;
      held.push(contended(`the entry ${name} of ServiceAccount ${current.name} was added several times`, hold));
      return 'keep';
    };
    for (const name of [...names, ...current.recorded, ...current.retained])
      if (!wishes.has(name)) wishes.set(name, wishOf(name));
    const part = partOf(wishes, current);
    isPart = part !== undefined;
    last = planAccount(current, names, (name) => (part ?? wishes).get(name) ?? 'keep');
    return last;
  });
  if (result.kind === 'written' && last !== undefined) remember(contention, account, last);
  return { account, result: held[0] ?? result, isPart };
}

/**
 * New entries in one write. The guard asks the authorizer about each, which costs 350,000 units of the 1,000,000 that a CEL expression may
 * cost (apiserver, `cel.PerCallLimit`): with a third it would refuse the whole write.
 */
const MOST_ADDED = 2;

/** What to begin with where more entries are missing than one write may add. Nothing goes before all of them are there. */
function partOf(wishes: ReadonlyMap<string, EntryWish>, account: AccountEntry): typeof wishes | undefined {
  const missing = [...wishes].filter(([name, wish]) => wish === 'add' && !hasEntry(account, name));
  return missing.length > MOST_ADDED ? new Map(missing.slice(0, MOST_ADDED)) : undefined;
}

/** A ServiceAccount made anew has a uid of its own, and so a history of its own. */
const fightKey = ({ namespace, uid }: AccountEntry, name: string): string => `${namespace}/${uid}/${name}`;

function remember(contention: Contention, account: AccountEntry, { added, removed }: AccountPlan): void {
  for (const name of added) contention.repaired(fightKey(account, name), name);
  for (const name of removed) contention.settled(fightKey(account, name));
}
