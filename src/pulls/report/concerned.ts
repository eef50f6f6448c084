import type { PolicyName } from '../../api/keys.ts';
import { kindOf, refusedFor } from '../coverage/attribute.ts';
import type { Coverage, CoveringPolicy } from '../coverage/coverage.ts';
import { isPinned } from '../image/image-reference.ts';
import type { LimitKind, Outcome } from '../message/classify.ts';
import type { ObjectKey } from '../object-key.ts';
import type { AlikePods } from '../pods/alike.ts';
import type { BlockedContainer } from '../pods/blocked.ts';
import { UNREACHED_CAUSES, type UnreachedCause, whyUnreached } from './unreached.ts';

/** A container that waits because of a limit, as it concerns one policy. */
export interface LimitedContainer extends BlockedContainer {
  readonly kind: LimitKind;
  readonly inferred: boolean;
  /** Only of anonymous pulls. */
  readonly cause?: UnreachedCause;
  /** It asks its registry more often than need be. */
  readonly isNeedless: boolean;
}

/** A container that waits because its pull was refused without any policy's credential, or by a mirror. */
export interface BareContainer extends BlockedContainer {
  readonly cause: UnreachedCause;
}

/** Pods that are alike, each with these containers. */
export interface Waiting<C> {
  readonly pods: ReadonlySet<ObjectKey>;
  readonly containers: readonly C[];
}

/** All that waits and concerns one policy. */
export interface Concerned {
  readonly limited: readonly Waiting<LimitedContainer>[];
  /** Refused with the policy's credential. */
  readonly refused: readonly Waiting<BlockedContainer>[];
  /** Refused without any. Those that were refused with another policy's credential are for that one to tell. */
  readonly bare: readonly Waiting<BareContainer>[];
}

/** Whether a failure concerns a policy: it is of its namespaces, from a registry that it holds a credential for. */
export type Concerning = (namespace: string, registry: string) => boolean;

/** Says for each registry and namespace once whether the policy is concerned. */
export function concerning(policy: CoveringPolicy): Concerning {
  const known = new Map<string, boolean>();
  return (namespace, registry) => {
    const key = `${namespace} ${registry}`;
    const concerns = known.get(key) ?? (policy.registries.serve(registry) && policy.covers(namespace));
    known.set(key, concerns);
    return concerns;
  };
}

/** What waits and concerns the policy; pods that are alike get one answer. Pure. */
export function concerned(
  blocked: readonly AlikePods[],
  concerns: Concerning,
  policy: CoveringPolicy,
  coverage: Coverage,
): Concerned {
  const waitingFor = <C>(outcome: Outcome, assess: (container: BlockedContainer) => C | undefined): Waiting<C>[] =>
    select(blocked, (container) => {
      const { pod, failure } = container;
      return failure.outcome === outcome && concerns(pod.namespace, failure.registry) ? assess(container) : undefined;
    });
  return {
    limited: waitingFor('rate-limited', (each) => asLimited(each, policy, coverage)),
    refused: waitingFor('credentials-refused', (each) =>
      sent(each, coverage).includes(policy.name) ? each : undefined,
    ),
    bare: waitingFor('credentials-refused', (each) =>
      sent(each, coverage).length > 0 ? undefined : { ...each, cause: causeOf(each, policy, coverage) },
    ),
  };
}

function select<C>(blocked: readonly AlikePods[], pick: (container: BlockedContainer) => C | undefined): Waiting<C>[] {
  return blocked.flatMap(({ pods, containers }) => {
    const picked = containers.flatMap((container) => pick(container) ?? []);
    return picked.length === 0 ? [] : { pods, containers: picked };
  });
}

function asLimited(blocked: BlockedContainer, policy: CoveringPolicy, coverage: Coverage): LimitedContainer {
  const { pod, container, failure } = blocked;
  const kind = kindOf(failure, pod, coverage);
  const isNeedless = container.pullsAlways || !isPinned(container.image);
  const limited = { ...blocked, ...kind, isNeedless };
  return kind.kind === 'anonymous' ? { ...limited, cause: causeOf(blocked, policy, coverage) } : limited;
}

const sent = ({ pod, failure }: BlockedContainer, coverage: Coverage): readonly PolicyName[] =>
  refusedFor(failure, pod, coverage);

const causeOf = ({ pod, container }: BlockedContainer, policy: CoveringPolicy, coverage: Coverage): UnreachedCause =>
  whyUnreached(pod, container, policy, coverage);

/** How many containers wait, of those that `isMeant` says; of all without it. */
export const countContainers = <C>(
  waiting: readonly Waiting<C>[],
  isMeant: (container: C) => boolean = () => true,
): number => waiting.reduce((sum, { pods, containers }) => sum + pods.size * containers.filter(isMeant).length, 0);

export type UnreachedCounts = Readonly<Record<UnreachedCause, number>>;

/** Pods that the credential does not reach, each once: by the first cause of any of its containers. */
export function countUnreached(waiting: readonly Waiting<{ readonly cause?: UnreachedCause }>[]): UnreachedCounts {
  const causes = new Map<ReadonlySet<ObjectKey>, Set<UnreachedCause | undefined>>();
  for (const { pods, containers } of waiting)
    causes.set(pods, (causes.get(pods) ?? new Set()).union(new Set(containers.map(({ cause }) => cause))));
  const counts: Record<UnreachedCause, number> = { ...NONE_UNREACHED };
  for (const [{ size }, ofPods] of causes) {
    const first = UNREACHED_CAUSES.find((cause) => ofPods.has(cause));
    if (first !== undefined) counts[first] += size;
  }
  return counts;
}

const NONE_UNREACHED: UnreachedCounts = {
  AdmittedBefore: 0,
  OwnPullSecrets: 0,
  ServiceAccountNotSelected: 0,
  NoCopy: 0,
  KeyNeverMatches: 0,
  Unexplained: 0,
};
