import type { PolicyName } from '../../api/keys.ts';
import { DOCKER_HUB } from '../../registry/hub.ts';
import type { LimitKind, PullFailure } from '../message/classify.ts';
import type { PodEntry } from '../pods/pod.ts';
import type { Coverage, CoveringPolicy } from './coverage.ts';
import { Feeding } from './feeding.ts';

/** What of a pod says with which credentials it pulls. */
export type Puller = Pick<PodEntry, 'namespace' | 'pullSecrets'>;

/** Policies whose credentials are meant for a pull from this registry in this namespace. Pure. */
export function policiesFor(namespace: string, registry: string, coverage: Coverage): readonly CoveringPolicy[] {
  return coverage.policies().filter((policy) => policy.registries.serve(registry) && policy.covers(namespace));
}

/**
 * The policies whose credentials the kubelet sends for the pod's pull of this image, sorted: it refers to a copy of ours, and the policy's
 * key is among those that the kubelet tries. A Secret that is no copy cannot be read, and counts for nothing. Pure.
 */
export const sentFor = (
  { namespace, pullSecrets }: Puller,
  image: string,
  coverage: Coverage,
): readonly PolicyName[] =>
  Feeding.together(pullSecrets.flatMap((name) => coverage.copyIn(namespace, name) ?? [])).sentFor(image);

/** The policies whose credentials a refusal tells of: those that were sent, and none where the runtime says that it had no login. Pure. */
export const refusedFor = ({ kind, image }: PullFailure, pod: Puller, coverage: Coverage): readonly PolicyName[] =>
  kind === 'anonymous' ? [] : sentFor(pod, image, coverage);

export interface Kind {
  readonly kind: LimitKind;
  /** The registry did not say it. */
  readonly inferred: boolean;
}

/**
 * Whose limit a pull met: what the registry says, and where it says nothing what follows from the credential that the pod could use. With one,
 * it is the account's on Docker Hub alone: other registries also limit addresses, projects or themselves, whoever asks. A mirror
 * gets the same credential; that the limit may be its own is for the message to say. Pure.
 */
export function kindOf({ kind, image, registry }: PullFailure, pod: Puller, coverage: Coverage): Kind {
  if (kind !== 'unknown') return { kind, inferred: false };
  if (sentFor(pod, image, coverage).length === 0) return { kind: 'anonymous', inferred: true };
  return { kind: registry === DOCKER_HUB ? 'account' : 'unknown', inferred: true };
}
