import type { KubeObject } from '../../api/objects.ts';
import type { Stored } from '../../kube/store.ts';
import { classifyStatus, type PullFailure } from '../message/classify.ts';
import { detached } from '../message/detach.ts';

/** The part of a Pod that flow B reads. Everything may be missing: the API server checks little of a status. */
export interface Pod extends KubeObject {
  readonly spec?: {
    readonly serviceAccountName?: string;
    readonly imagePullSecrets?: readonly { readonly name?: string }[];
    readonly containers?: readonly ContainerSpec[];
    readonly initContainers?: readonly ContainerSpec[];
    readonly ephemeralContainers?: readonly ContainerSpec[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerSpec {
  readonly name?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
}

interface ContainerStatus {
  readonly name?: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** A container as the caches hold it; its message is classified on the way in and not kept. */
export interface ContainerEntry {
  readonly name: string;
  readonly image: string;
  /** Its image is asked for at each start, also where the node has it. */
  readonly pullsAlways: boolean;
  /** `waiting`: for its image, with the cause if the status says it. */
  readonly pull: { readonly kind: 'not-waiting' } | { readonly kind: 'waiting'; readonly failure?: PullFailure };
}

export interface PodEntry extends Stored {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pullSecrets: readonly string[];
  readonly containers: readonly ContainerEntry[];
}

/** Slims a Pod on its way into the cache. Never throws. */
export function slimPod({ metadata, spec = {}, status = {} }: Pod): PodEntry {
  const waiting = new Map(statusesOf(status).map(({ name, state }) => [name ?? '', state?.waiting]));
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    serviceAccount: spec.serviceAccountName ?? 'default',
    pullSecrets: listOf(spec.imagePullSecrets).flatMap(({ name }) => name ?? []),
    containers: specsOf(spec).map((container) => toEntry(container, waiting.get(container.name ?? ''))),
  };
}

const specsOf = ({ initContainers, containers, ephemeralContainers }: NonNullable<Pod['spec']>): ContainerSpec[] =>
  [initContainers, containers, ephemeralContainers].flatMap((list) => listOf(list));

const statusesOf = (status: NonNullable<Pod['status']>): ContainerStatus[] =>
  [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses].flatMap((list) =>
    listOf(list),
  );

const listOf = <T>(list: readonly T[] | undefined): readonly T[] => list ?? [];

/** Reasons of a container that waits for its image (kubernetes pkg/kubelet/images/types.go). */
const IMAGE_REASONS: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

function toEntry(
  { name = '', image = '', imagePullPolicy }: ContainerSpec,
  waiting: { reason?: string; message?: string } | undefined,
): ContainerEntry {
  return { name, image, pullsAlways: imagePullPolicy === 'Always', pull: pullOf(image, waiting) };
}

function pullOf(image: string, waiting: { reason?: string; message?: string } | undefined): ContainerEntry['pull'] {
  const { reason = '', message = '' } = waiting ?? {};
  if (!IMAGE_REASONS.has(reason)) return { kind: 'not-waiting' };
  const failure = classifyStatus({ reason, message, image });
  return failure === undefined ? { kind: 'waiting' } : { kind: 'waiting', failure: detached(failure) };
}

/** Whether any container waits for its image. */
export const isWaitingForImage = ({ containers }: PodEntry): boolean =>
  containers.some(({ pull }) => pull.kind === 'waiting');
