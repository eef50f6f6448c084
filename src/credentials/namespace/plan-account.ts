import { PULL_SECRETS_ANNOTATION, RETAINED_ANNOTATION } from '../../names.ts';
import type { Json } from '../merge-patch.ts';
import { writeNames } from '../ownership.ts';
import type { AccountEntry } from '../slim.ts';

/**
 * What is wanted of one entry of a ServiceAccount.
 * - `add`: it has to be there
 * - `keep`: leave it as it is, there or not
 * - `release`: leave it, but it is not ours any more
 * - `remove`: take it away if we put it there
 * - `disown`: no policy knows the name: whatever the record says, it is not ours to remove
 */
export type EntryWish = 'add' | 'keep' | 'release' | 'remove' | 'disown';

export interface AccountPlan {
  readonly patch: Readonly<Record<string, Json>>;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface Draft {
  entries: { readonly name?: string }[];
  readonly recorded: Set<string>;
  readonly retained: Set<string>;
  readonly added: string[];
  readonly removed: string[];
}

/**
 * Changes one ServiceAccount's `imagePullSecrets`, by our own entries only (design.md, Ownership). Pure.
 * @param wish for every name that is wanted, recorded or retained
 * @returns undefined where nothing has to change
 */
export function planAccount(
  account: AccountEntry,
  wanted: Iterable<string>,
  wish: (name: string) => EntryWish,
): AccountPlan | undefined {
  const draft: Draft = {
    entries: [...account.pullSecrets],
    recorded: new Set(account.recorded),
    retained: new Set(account.retained),
    added: [],
    removed: [],
  };
  const names = new Set([...wanted, ...account.recorded, ...account.retained]);
  for (const name of [...names].sort()) apply(draft, name, wish(name));
  return toPlan(account, draft);
}

function apply(draft: Draft, name: string, wish: EntryWish): void {
  switch (wish) {
    case 'add':
      add(draft, name);
      return;
    case 'remove':
      remove(draft, name);
      return;
    case 'release':
      if (draft.recorded.delete(name) && indexOf(draft, name) >= 0) draft.retained.add(name);
      return;
    case 'disown':
      draft.recorded.delete(name);
      return;
    case 'keep':
      return;
  }
}

function add(draft: Draft, name: string): void {
  const present = indexOf(draft, name) >= 0;
  const ours = draft.retained.delete(name);
  if (!present) {
    draft.entries.push({ name });
    draft.added.push(name);
  }
  if (!present || ours) draft.recorded.add(name);
}

/** One occurrence goes; a second one was put by somebody else. */
function remove(draft: Draft, name: string): void {
  if (!draft.recorded.delete(name)) return;
  const at = indexOf(draft, name);
  if (at < 0) return;
  draft.entries.splice(at, 1);
  draft.removed.push(name);
}

const indexOf = (draft: Draft, name: string): number => draft.entries.findIndex((entry) => entry.name === name);

function toPlan(
  account: AccountEntry,
  { entries, recorded, retained, added, removed }: Draft,
): AccountPlan | undefined {
  const annotations: Record<string, Json> = {};
  const touched = added.length + removed.length > 0;
  // The guard refuses an entry beside a record that somebody put into another form, with spaces say.
  if (touched || !sameSet(account.recorded, recorded)) annotations[PULL_SECRETS_ANNOTATION] = writeNames(recorded);
  if (!sameSet(account.retained, retained)) annotations[RETAINED_ANNOTATION] = writeNames(retained);
  if (!touched && Object.keys(annotations).length === 0) return undefined;
  return {
    patch: {
      metadata: {
        resourceVersion: account.resourceVersion,
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
      ...(touched && { imagePullSecrets: entries.length === 0 ? null : entries.map(toJson) }),
    },
    added,
    removed,
  };
}

const toJson = (entry: { readonly name?: string }): Json => ({ ...entry });

const sameSet = (names: readonly string[], set: ReadonlySet<string>): boolean =>
  new Set(names).size === set.size && names.every((name) => set.has(name));
