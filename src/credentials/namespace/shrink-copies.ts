import { namespaceName, type SecretName, secretName } from '../../api/keys.ts';
import type { Policy } from '../../api/policy.ts';
import { arrivedElsewhere, type CopyDeps, fightKey, type Grown, stayers, writeCopy } from './grow-copies.ts';
import { isInPlace, type WriteResult } from './outcome.ts';
import { planDeparture } from './plan-copy.ts';
import type { Observed } from './situation.ts';
import type { CopyEntry, NamespaceEntry } from '../slim.ts';

/** How leaving went, for every policy that leaves a copy. */
export interface Departure {
  readonly name: SecretName;
  readonly leavers: readonly Policy[];
  readonly result: WriteResult;
}

export interface ShrinkDeps extends CopyDeps {
  /** Shows the copies as they are after the first phase. */
  readonly caches: { copy(name: SecretName, namespace: string): CopyEntry | undefined };
}

/**
 * Why an entry that should have gone still refers to a Secret of this name; then it is not deleted.
 * @param orMayBe also where nobody can tell whether it does
 */
export type Referred = (name: SecretName, orMayBe: boolean) => WriteResult | undefined;

/**
 * Third phase: takes away what nobody asks for any more. Comes last, so that no entry ever refers to a Secret that is gone.
 */
export async function shrinkCopies(
  { namespace }: Observed,
  grown: ReadonlyMap<SecretName, Grown>,
  referred: Referred,
  deps: ShrinkDeps,
): Promise<readonly Departure[]> {
  const departures: Departure[] = [];
  for (const copy of grown.values()) {
    const departure = await shrinkCopy(namespace, copy, grown, referred, deps);
    if (departure !== undefined) departures.push(departure);
  }
  return departures;
}

async function shrinkCopy(
  place: NamespaceEntry,
  { situation, state }: Grown,
  grown: ReadonlyMap<SecretName, Grown>,
  referred: Referred,
  deps: ShrinkDeps,
): Promise<Departure | undefined> {
  const { name, ownership } = situation;
  const namespace = namespaceName(place.name);
  const arrived = arrivedElsewhere(situation, grown);
  const leavers = [...situation.leavers, ...situation.lingering.filter((policy) => arrived.has(policy.name))];
  if (state.kind === 'closed' || ownership !== 'ours' || leavers.length === 0) return undefined;
  const leaving = (result: WriteResult): Departure => ({ name, leavers, result });

  const found = deps.caches.copy(name, namespace);
  if (found === undefined) return leaving({ kind: 'gone' });
  // An account that could not be written has the old entry and lacks the new one: the keys stay where it finds them.
  const reference = referred(name, arrived.size > 0);
  if (arrived.size > 0 && reference !== undefined) return leaving(reference);
  const staying = stayers(situation, grown);
  if (staying.length > 0) {
    if (state.kind === 'failed') return leaving(state);
    const { result, desired } = await writeCopy(place, { name, found, ownership }, staying, deps);
    // Undefined too where the content could not be read: nothing follows from that.
    if (desired !== undefined || !isInPlace(result)) return leaving(result);
  }
  if (reference !== undefined) return leaving(reference);
  return leaving(await takeAway(place, found, leavers, deps));
}

async function takeAway(
  namespace: NamespaceEntry,
  found: CopyEntry,
  leavers: readonly Policy[],
  { writer, contention }: ShrinkDeps,
): Promise<WriteResult> {
  const name = secretName(found.name);
  const left = leavers.map((policy) => policy.name);
  const result = await writer.applyCopy(
    namespaceName(namespace.name),
    name,
    planDeparture(found, left, isRetaining(leavers)),
  );
  // Where it is wanted again later, nobody undid anything.
  if (isInPlace(result)) contention.settled(fightKey(namespace, name));
  return result;
}

/** Where several leave at once, one that wants to keep is enough: what is kept can be deleted later. */
export const isRetaining = (leavers: readonly Policy[]): boolean =>
  leavers.some(({ spec }) => spec.deletionPolicy === 'Retain');
