import type { KubeObject } from '../../api/objects.ts';
import type { Stored } from '../../kube/store.ts';
import { MAX_IMAGE } from '../image/image-reference.ts';
import { classifyStatus, type PullFailure } from '../message/classify.ts';
import { detached, excerpt } from '../message/detach.ts';
import { namedImage } from '../message/named-image.ts';
import { kept } from './kept.ts';

/** No uid is longer: the API server's have 36 characters, a static pod's 32. Anybody may write any text in the place of one. */
export const MAX_UID = 64;

/** No Secret's name is longer. */
const MAX_SECRET_NAME = 253;

/** The part of a Pod that flow B reads. Everything may be missing: the API server checks little of a status. */
export interface Pod extends KubeObject {
  readonly spec?: {
    readonly serviceAccountName?: string;
    readonly imagePullSecrets?: readonly { readonly name?: string }[];
    readonly containers?: readonly ContainerSpec[];
    readonly initContainers?: readonly ContainerSpec[];
    readonly ephemeralContainers?: readonly ContainerSpec[];
    readonly volumes?: readonly VolumeSpec[];
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

interface VolumeSpec {
  readonly image?: { readonly reference?: string; readonly pullPolicy?: string };
}

interface ContainerStatus {
  readonly name?: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** An image that the pod needs. */
export interface NeededImage {
  readonly image: string;
  /** It is asked for at each start, also where the node has it. */
  readonly pullsAlways: boolean;
}

/** A container as the caches hold it; its message is classified on the way in and not kept. */
export interface ContainerEntry extends NeededImage {
  readonly name: string;
  /** `waiting`: for its image, or for that of a volume; with the cause if the status says it. */
  readonly pull:
    | { readonly kind: 'not-waiting' }
    | { readonly kind: 'waiting'; readonly volume?: NeededImage; readonly failure?: PullFailure };
}

export interface PodEntry extends Stored {
  readonly namespace: string;
  /** Of a static pod, which the API server knows only as a mirror: the uid by which its kubelet speaks of it. */
  readonly mirrored?: string;
  readonly serviceAccount: string;
  readonly pullSecrets: readonly string[];
  readonly containers: readonly ContainerEntry[];
  /** Its image volumes (KEP-4639). A container that mounts one waits for it under the reasons of its own image. */
  readonly volumes: readonly NeededImage[];
}

/** Slims a Pod on its way into the cache. Never throws. */
export function slimPod({ metadata, spec = {}, status = {} }: Pod): PodEntry {
  const volumes = imageVolumesOf(spec).map(({ reference, pullPolicy }) => needed(reference, pullPolicy));
  const statuses = isOver(metadata, status) ? [] : statusesOf(status);
  const waiting = new Map(statuses.map(({ name, state }) => [name ?? '', state?.waiting]));
  const mirrored = metadata.annotations?.[MIRROR_ANNOTATION] ?? '';
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    ...(mirrored !== '' && { mirrored: excerpt(mirrored, MAX_UID) }),
    serviceAccount: spec.serviceAccountName ?? 'default',
    pullSecrets: kept(namesOf(spec), (name) => name, MAX_SECRET_NAME),
    containers: specsOf(spec).map((container) => toEntry(container, volumes, waiting.get(container.name ?? ''))),
    volumes,
  };
}

/** The static pod's uid (kubernetes `pkg/kubelet/types/pod_update.go`). */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** Nothing is pulled for a pod that goes or has ended; on a node that is lost its status says for ever what it said last. */
const isOver = ({ deletionTimestamp }: Pod['metadata'], { phase }: NonNullable<Pod['status']>): boolean =>
  deletionTimestamp !== undefined || phase === 'Failed' || phase === 'Succeeded';

/** Whether an Event that names this uid is about the pod. */
export const isUidOf = (uid: string, pod: PodEntry): boolean => uid === pod.uid || uid === pod.mirrored;

/** All images that the pod needs. */
export const imagesOf = ({ containers, volumes }: PodEntry): readonly string[] =>
  [...containers, ...volumes].map(({ image }) => image);

type PodSpec = NonNullable<Pod['spec']>;

const namesOf = ({ imagePullSecrets }: PodSpec): string[] => listOf(imagePullSecrets).flatMap(({ name }) => name ?? []);

/** Without those whose image nobody could pull under so long a name. */
const specsOf = ({ initContainers, containers, ephemeralContainers }: PodSpec): readonly ContainerSpec[] =>
  kept(
    [initContainers, containers, ephemeralContainers].flatMap((list) => listOf(list)),
    ({ image = '' }) => image,
    MAX_IMAGE,
  );

const imageVolumesOf = ({ volumes }: PodSpec) =>
  kept(
    listOf(volumes).flatMap(({ image }) => image ?? []),
    ({ reference = '' }) => reference,
    MAX_IMAGE,
  );

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

type WaitingState = { readonly reason?: string; readonly message?: string } | undefined;

function toEntry(
  { name = '', image, imagePullPolicy }: ContainerSpec,
  volumes: readonly NeededImage[],
  waiting: WaitingState,
): ContainerEntry {
  const own = needed(image, imagePullPolicy);
  return { name, ...own, pull: pullOf(own, volumes, waiting) };
}

const needed = (image = '', pullPolicy = ''): NeededImage => ({ image, pullsAlways: pullPolicy === 'Always' });

function pullOf(own: NeededImage, volumes: readonly NeededImage[], waiting: WaitingState): ContainerEntry['pull'] {
  const { reason = '', message = '' } = waiting ?? {};
  if (!IMAGE_REASONS.has(reason)) return { kind: 'not-waiting' };
  const volume = awaitedVolume(own, volumes, message);
  const failure = classifyStatus({ reason, message, image: (volume ?? own).image });
  return {
    kind: 'waiting',
    ...(volume !== undefined && { volume }),
    ...(failure !== undefined && { failure: detached(failure) }),
  };
}

/** The volume whose image the message names; undefined where it names another, or none. */
function awaitedVolume(own: NeededImage, volumes: readonly NeededImage[], message: string): NeededImage | undefined {
  if (volumes.length === 0) return undefined;
  const named = namedImage(
    message,
    [own, ...volumes].map(({ image }) => image),
  );
  return volumes.find(({ image }) => image === named);
}

/** The image that a waiting container waits for. */
export const awaitedBy = (container: ContainerEntry): NeededImage =>
  (container.pull.kind === 'waiting' ? container.pull.volume : undefined) ?? container;

/** Whether any container waits for its image. */
export const isWaitingForImage = ({ containers }: PodEntry): boolean =>
  containers.some(({ pull }) => pull.kind === 'waiting');
