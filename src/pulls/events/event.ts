import type { KubeObject } from '../../api/objects.ts';
import type { Stored } from '../../kube/store.ts';
import { classifyEvent, type PullFailure } from '../message/classify.ts';
import { isAggregated } from '../message/gate.ts';
import { detached, excerpt } from '../message/detach.ts';
import { redactMessage } from '../message/redact-message.ts';
import { MAX_UID } from '../pods/pod.ts';
import { isPodName } from '../pods/pod-name.ts';

/** The part of a core/v1 Event that flow B reads. Anybody with the `edit` role can write one: everything may be missing or odd. */
export interface PodEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly series?: { readonly count?: number };
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly reportingComponent?: string;
  readonly source?: { readonly component?: string };
  readonly involvedObject?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly fieldPath?: string;
  };
}

/** An Event as the caches hold it; its message is classified on the way in. */
export interface EventEntry extends Stored {
  readonly namespace: string;
  /** Occurrences so far. */
  readonly count: number;
  /** Its kubelet puts many different things into it, of which it shows the last. */
  readonly isAggregated: boolean;
  /** Wall-clock milliseconds; 0 where the Event does not say. */
  readonly first: number;
  readonly last: number;
  /** Empty where the Event does not name one that can be. */
  readonly pod: { readonly name: string; readonly uid: string };
  /** undefined: says nothing of a pull. */
  readonly failure?: PullFailure;
  /** The beginning of its redacted message, where a registry limited or refused. */
  readonly message?: string;
}

/** Of a message so much is kept for the log; more would be most of what a storm of Events costs in memory. */
const MAX_MESSAGE = 300;
/** And so much is read for it. */
const MAX_READ = 1_024;

/** Slims an Event on its way into the cache. Never throws. */
export function slimEvent(event: PodEvent): EventEntry {
  const { metadata, involvedObject } = event;
  const failure = classifyEvent(event);
  const last = firstTime(event.lastTimestamp, event.eventTime, metadata.creationTimestamp) ?? 0;
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    count: countOf(event),
    isAggregated: isAggregated(event),
    first: firstTime(event.firstTimestamp) ?? last,
    last,
    pod: { name: textOf(involvedObject?.name, isPodName), uid: textOf(involvedObject?.uid, isUid) },
    ...(failure !== undefined && { failure: detached(failure) }),
    ...(failure !== undefined && isTold(failure) && { message: wordsOf(event, failure) }),
  };
}

const isTold = ({ outcome }: PullFailure): boolean => outcome === 'rate-limited' || outcome === 'credentials-refused';

function wordsOf({ message = '' }: PodEvent, { image, registry, endpoint = '' }: PullFailure): string {
  const words = redactMessage(message.slice(0, MAX_READ), [image, registry, endpoint]);
  return excerpt(words, MAX_MESSAGE);
}

/** New-style recorders leave `count` 0 and count in `series`. */
function countOf({ count, series }: PodEvent): number {
  return [count, series?.count].find((said) => said !== undefined && Number.isSafeInteger(said) && said > 0) ?? 1;
}

/** The text, where it is one and may be one; nothing else is kept, since anybody may write megabytes there. */
const textOf = (value: unknown, isFine: (text: string) => boolean): string =>
  typeof value === 'string' && isFine(value) ? value : '';

const isUid = (text: string): boolean => text.length <= MAX_UID;

/** Milliseconds of the first text that is a time. */
const firstTime = (...texts: readonly (string | null | undefined)[]): number | undefined =>
  texts.map((text) => (typeof text === 'string' ? Date.parse(text) : NaN)).find(Number.isFinite);
