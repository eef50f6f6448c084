import { type NamespaceName, namespaceName, type PolicyName, type SecretName } from '../../api/keys.ts';
import { wantedSecretName } from '../../api/policy.ts';
import type { Contention } from './contention.ts';
import { type Contributor, type DesiredCopy, desiredCopy, type ExistingContent, needsExisting } from './desired.ts';
import { contended } from './failure.ts';
import type { Failure, WriteResult } from './outcome.ts';
import { isFailure, isInPlace } from './outcome.ts';
import { type CopyStep, planCopy } from './plan-copy.ts';
import { readContributions } from '../ownership.ts';
import { normaliseKey } from '../../registry/key.ts';
import type { NamespaceEntry } from '../slim.ts';
import type { Observed, Situation } from './situation.ts';
import type { Writer } from './writer.ts';

/** One copy after the first phase: everything that somebody wants is written, nothing has been taken away yet. */
export interface Grown {
  readonly situation: Situation;
  readonly desired: DesiredCopy | undefined;
  readonly state: GrownState;
  /** A Secret of ours lies there, be it the newest or not: entries may refer to it. */
  readonly usable: boolean;
  /** What lies there is known, and none of the contributors has a key to give. */
  readonly hollow: boolean;
}

/**
 * - `in-place`: as desired
 * - `closed`: not to be touched, or not known yet
 * - `idle`: nobody puts anything there
 * - `waiting`: contributors have nothing to give yet, or the caches are behind
 */
export type GrownState = { readonly kind: 'in-place' | 'closed' | 'idle' | 'waiting' } | Failure;

export interface CopyDeps {
  readonly writer: Writer;
  readonly contention: Contention;
  /** A foreign Secret was taken over, and these registries are not in it any more. */
  readonly adopted: (
    contributors: readonly Contributor[],
    namespace: NamespaceName,
    name: SecretName,
    lost: readonly string[],
  ) => void;
}

/** First phase: creates and updates the copies that policies want in this namespace. */
export async function growCopies(
  { namespace, situations }: Observed,
  deps: CopyDeps,
): Promise<ReadonlyMap<SecretName, Grown>> {
  const grown = new Map<SecretName, Grown>();
  for (const situation of situations) grown.set(situation.name, await growCopy(namespace, situation, deps));
  return grown;
}

async function growCopy(namespace: NamespaceEntry, situation: Situation, deps: CopyDeps): Promise<Grown> {
  const isOurs = situation.ownership === 'ours';
  const without = (kind: 'closed' | 'idle'): Grown => ({
    situation,
    desired: undefined,
    state: { kind },
    usable: isOurs,
    hollow: false,
  });
  if (!situation.open) return without('closed');
  if (!situation.contributors.some(isVoter)) return without('idle');
  const { result, desired } = await writeCopy(namespace, situation, situation.contributors, deps);
  const state = toState(result, desired);
  const hollow = desired === undefined && isInPlace(result);
  return { situation, desired, state, usable: isOurs || state.kind === 'in-place', hollow };
}

export const isVoter = ({ role }: Contributor): boolean => role !== 'observing';

/** Brings one copy to what `contributors` make of it. */
export async function writeCopy(
  namespace: NamespaceEntry,
  situation: Pick<Situation, 'name' | 'found' | 'ownership'>,
  contributors: readonly Contributor[],
  deps: CopyDeps,
): Promise<{ result: WriteResult; desired: DesiredCopy | undefined }> {
  const existing = await readExisting(namespaceName(namespace.name), situation, contributors, deps.writer);
  if (existing !== undefined && 'kind' in existing) return { result: existing, desired: undefined };
  const desired = desiredCopy(contributors, existing);
  if (desired === undefined) return { result: { kind: 'unchanged' }, desired };
  const step = planCopy({ ...situation, desired });
  if (step.kind === 'adopt')
    return { result: await adopt(namespace, situation.name, step, { contributors, desired }, deps), desired };
  return { result: await applyUncontended(namespace, situation.name, step, desired, deps), desired };
}

/** Reads a foreign Secret before it is taken over, to tell what was in it. */
async function adopt(
  place: NamespaceEntry,
  name: SecretName,
  step: CopyStep,
  { contributors, desired }: { contributors: readonly Contributor[]; desired: DesiredCopy },
  deps: CopyDeps,
): Promise<WriteResult> {
  const namespace = namespaceName(place.name);
  const before = await deps.writer.readContent(namespace, name);
  if (before !== undefined && 'kind' in before) return before;
  const result = await applyUncontended(place, name, step, desired, deps);
  if (result.kind === 'written') {
    const kept = new Set([...desired.contributions.values()].flat().map(normaliseKey));
    const lost = (before?.entries ?? []).map(({ key }) => key).filter((key) => !kept.has(normaliseKey(key)));
    deps.adopted(contributors, namespace, name, lost);
  }
  return result;
}

async function readExisting(
  namespace: NamespaceName,
  { name, ownership }: Pick<Situation, 'name' | 'ownership'>,
  contributors: readonly Contributor[],
  writer: Writer,
): Promise<ExistingContent | WriteResult | undefined> {
  return ownership === 'ours' && needsExisting(contributors) ? writer.readContent(namespace, name) : undefined;
}

/**
 * What `Contention` knows a copy by. A namespace made anew has a uid of its own, and so a history of its own: jobs make one of the same
 * name each time they run.
 */
export const fightKey = ({ name: namespace, uid }: Pick<NamespaceEntry, 'name' | 'uid'>, name: SecretName): string =>
  `${namespace}/${uid}/${name}`;

/** The same content written to the same copy again and again means that somebody changes it back. */
async function applyUncontended(
  { name: namespace, uid }: NamespaceEntry,
  name: SecretName,
  step: CopyStep,
  desired: DesiredCopy,
  deps: CopyDeps,
): Promise<WriteResult> {
  const isWrite = step.kind !== 'none' && step.kind !== 'obstacle';
  const key = fightKey({ name: namespace, uid }, name);
  const hold = isWrite ? deps.contention.holdMs(key, desired.contentHash) : 0;
  if (hold > 0) return contended(`Secret ${name} was repaired several times`, hold);
  const result = await deps.writer.applyCopy(namespaceName(namespace), name, step);
  if (isWrite && result.kind === 'written') deps.contention.repaired(key, desired.contentHash);
  return result;
}

function toState(result: WriteResult, desired: DesiredCopy | undefined): GrownState {
  if (isFailure(result)) return result;
  return desired !== undefined && isInPlace(result) ? { kind: 'in-place' } : { kind: 'waiting' };
}

/** Policies that were renamed away from this copy, and whose new one is in place here: they may leave. */
export function arrivedElsewhere(
  { lingering }: Situation,
  grown: ReadonlyMap<SecretName, Grown>,
): ReadonlySet<PolicyName> {
  return new Set(
    lingering
      .filter((policy) => grown.get(wantedSecretName(policy))?.state.kind === 'in-place')
      .map(({ name }) => name),
  );
}

/** Those who stay with a copy once the ones that arrived elsewhere have left. */
export function stayers(situation: Situation, grown: ReadonlyMap<SecretName, Grown>): readonly Contributor[] {
  const arrived = arrivedElsewhere(situation, grown);
  return situation.contributors.filter(({ policy }) => !arrived.has(policy.name));
}

/** Somebody leaves a copy of ours, and those who stay have nothing to put into it: it goes as if nobody had stayed. */
export function isAbandoned(copy: Grown, grown: ReadonlyMap<SecretName, Grown>): boolean {
  const { situation, desired, hollow, state } = copy;
  const { found, leavers, ownership } = situation;
  const leaves = leavers.length > 0 || arrivedElsewhere(situation, grown).size > 0;
  if (ownership !== 'ours' || found === undefined || !leaves) return false;
  if (hollow) return true;
  const fed = state.kind === 'idle' ? readContributions(found) : desired?.contributions;
  const gives = ({ policy }: Contributor): boolean =>
    (fed?.get(policy.name) ?? []).length > 0 || desired?.shadowed.has(policy.name) === true;
  return fed !== undefined && !stayers(situation, grown).some(gives);
}
