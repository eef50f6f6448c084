import type { PullFailure } from '../message/classify.ts';
import type { ContainerEntry, PodEntry } from './pod.ts';

/** A container that waits because a registry limits its pull, or refuses its credential. */
export interface BlockedContainer {
  readonly pod: PodEntry;
  /** With the image that it waits for. */
  readonly container: ContainerEntry;
  readonly failure: PullFailure;
}

/** What changed of one pod's blocked containers. */
export interface BlockedChange {
  readonly namespace: string;
  readonly now: readonly BlockedContainer[];
  /** Those that were blocked until now, and are no more, or because of another registry. */
  readonly ended: readonly BlockedContainer[];
}

/** Pure. @returns undefined where nothing has changed */
export function changeOf(
  before: readonly BlockedContainer[],
  now: readonly BlockedContainer[],
): BlockedChange | undefined {
  const namespace = (before[0] ?? now[0])?.pod.namespace;
  if (namespace === undefined || isSame(before, now)) return undefined;
  const left = new Set(now.map(waitOf));
  return { namespace, now, ended: before.filter((each) => !left.has(waitOf(each))) };
}

const isSame = (before: readonly BlockedContainer[], now: readonly BlockedContainer[]): boolean =>
  before.length === now.length && before.every((each, index) => identity(each) === identity(now[index]));

/** What a container waits for. */
const waitOf = ({ pod, container, failure }: BlockedContainer): string =>
  [pod.uid, container.name, failure.outcome, failure.registry].join(' ');

const identity = (blocked: BlockedContainer | undefined): string =>
  blocked === undefined ? '' : [waitOf(blocked), ...saidOf(blocked.failure)].join(' ');

const saidOf = ({ kind, mirror, mayNotExist }: PullFailure): unknown[] => [kind, mirror, mayNotExist];
