import { type SecretName, secretName } from '../../api/keys.ts';
import { selectsServiceAccount } from '../../api/policy.ts';
import { type Grown, isAbandoned, isVoter, stayers } from './grow-copies.ts';
import type { EntryWish } from './plan-account.ts';
import { isRetaining } from './shrink-copies.ts';
import type { AccountEntry } from '../slim.ts';

/** The namespace's copies after the first phase. */
export type Copies = ReadonlyMap<SecretName, Grown>;

/** What the policies together want of one entry in one ServiceAccount. Pure. */
export function entryWish(name: string, account: AccountEntry, copies: Copies): EntryWish {
  const copy = copies.get(secretName(name));
  if (copy === undefined) return 'disown';
  if (copy.situation.out) return copy.situation.known ? 'remove' : 'keep';
  if (copy.state.kind === 'closed') return 'keep';
  if (isAbandoned(copy, copies)) return isRetaining(leaversOf(copy)) ? 'release' : 'remove';
  const selecting = stayers(copy.situation, copies).filter(({ policy }) => selectsServiceAccount(policy, account));
  if (selecting.some(isVoter)) return copy.usable ? 'add' : 'keep';
  return selecting.length > 0 ? 'keep' : withoutVote(copy, copies);
}

/** Nobody asks for the entry. */
function withoutVote({ situation }: Grown, copies: Copies): EntryWish {
  const { ownership, known, orphaned } = situation;
  if (stayers(situation, copies).length > 0) return 'remove';
  if (ownership === 'retained' || isRetaining(leaversOf({ situation }))) return 'release';
  return orphaned || !known ? 'keep' : 'remove';
}

const leaversOf = ({ situation: { leavers, lingering } }: Pick<Grown, 'situation'>) => [...leavers, ...lingering];
