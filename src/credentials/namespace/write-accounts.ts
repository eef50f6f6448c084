import type { SecretName } from '../../api/keys.ts';
import type { Contention } from './contention.ts';
import { contended } from './failure.ts';
import { type Copies, entryWish } from './entry-wish.ts';

import type { Failure, WriteResult } from './outcome.ts';
import { type AccountPlan, planAccount } from './plan-account.ts';
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

async function writeAccount(
  cached: AccountEntry,
  names: readonly SecretName[],
  copies: Copies,
  { writer, contention }: AccountDeps,
): Promise<AccountOutcome> {
  const held: Failure[] = [];
  let last: AccountPlan | undefined;
  const { result, account } = await writer.applyAccount(cached, (current) => {
    held.length = 0;
    last = planAccount(current, names, (name) => {
      const wish = entryWish(name, current, copies);
      const hold = wish === 'add' && !hasEntry(current, name) ? contention.holdMs(fightKey(current, name), name) : 0;
      if (hold === 0) return wish;
      held.push(contended(`the entry ${name} of ServiceAccount ${current.name} was added several times`, hold));
      return 'keep';
    });
    return last;
  });
  if (result.kind === 'written' && last !== undefined) remember(contention, account, last);
  return { account, result: held[0] ?? result };
}

/** A ServiceAccount made anew has a uid of its own, and so a history of its own. */
const fightKey = ({ namespace, uid }: AccountEntry, name: string): string => `${namespace}/${uid}/${name}`;

function remember(contention: Contention, account: AccountEntry, { added, removed }: AccountPlan): void {
  for (const name of added) contention.repaired(fightKey(account, name), name);
  for (const name of removed) contention.settled(fightKey(account, name));
}
