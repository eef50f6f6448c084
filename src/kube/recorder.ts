import type { KubeEvent, KubeObject } from '../api/objects.ts';
import { EVENT_NAMESPACE, OPERATOR_NAME } from '../names.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { ApiClient } from './client.ts';
import { isApiError } from './errors.ts';
import { EventLimit } from './event-limit.ts';
import { EVENTS } from './resources.ts';

/** The object that an Event is about. */
export interface About {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export type EventType = 'Normal' | 'Warning';

export interface EventRecorderOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Which process reports, as `source.host` and `reportingInstance`. */
  readonly identity: string;
}

/** What events.k8s.io allows, in which the same Events are shown. */
const MAX_MESSAGE = 1024;
/** How many different Events are remembered for counting; beyond it the one unused for longest is forgotten. */
const MAX_REMEMBERED = 1_000;
/** Events waiting to be sent; beyond it new ones are dropped. */
const MAX_WAITING = 200;
const TIMEOUT_MS = 5_000;

interface Remembered {
  readonly name: string;
  readonly count: number;
}

interface Occurrence {
  readonly about: About;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly at: string;
}

/**
 * Writes core/v1 Events about cluster-scoped objects. The same Event again raises the count of the one that is there.
 * Best effort: never throws, never makes a caller wait; what cannot be written is logged at debug level and dropped.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #limit: EventLimit;
  /** By content; the order is that of their last use. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #abort = new AbortController();
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#limit = new EventLimit(options.clock);
  }

  /** Records that something happened. The message is cut at 1,024 characters. */
  record(about: About, type: EventType, reason: string, message: string): void {
    if (this.#abort.signal.aborted || this.#waiting >= MAX_WAITING || !this.#limit.allows(about.uid)) return;
    const at = this.#options.clock.date().toISOString();
    const occurrence = { about, type, reason, message: cut(message), at };
    this.#waiting++;
    this.#last = this.#last.then(() => this.#send(occurrence));
  }

  /** Resolves when everything recorded so far has been written or dropped. */
  flush(): Promise<void> {
    return this.#last;
  }

  /** Takes no more Events, and drops those not yet sent. */
  stop(): void {
    this.#abort.abort();
  }

  /** One after the other, so that two of the same content cannot both be created. */
  async #send(occurrence: Occurrence): Promise<void> {
    this.#waiting--;
    if (this.#abort.signal.aborted) return;
    try {
      if (!(await this.#countUp(occurrence))) await this.#create(occurrence);
    } catch (error) {
      this.#options.log.debug('cannot write an Event', { reason: occurrence.reason, err: error });
    }
  }

  /** @returns whether the Event was there to be counted up */
  async #countUp(occurrence: Occurrence): Promise<boolean> {
    const key = keyOf(occurrence);
    const known = this.#remembered.get(key);
    if (known === undefined) return false;
    const count = known.count + 1;
    const ref = { namespace: EVENT_NAMESPACE, name: known.name };
    try {
      await this.#options.client.patch(
        EVENTS,
        ref,
        { count, lastTimestamp: seconds(occurrence.at) },
        'merge',
        this.#request,
      );
    } catch (error) {
      if (!isApiError(error, 'not-found')) throw error;
      this.#remembered.delete(key);
      return false;
    }
    this.#remember(key, { name: known.name, count });
    return true;
  }

  async #create(occurrence: Occurrence): Promise<void> {
    const { client, identity } = this.#options;
    const body = eventOf(occurrence, identity);
    const created = await client.create(EVENTS, { namespace: EVENT_NAMESPACE }, body, this.#request);
    this.#remember(keyOf(occurrence), { name: created.metadata.name, count: 1 });
  }

  get #request(): { timeoutMs: number; signal: AbortSignal } {
    return { timeoutMs: TIMEOUT_MS, signal: this.#abort.signal };
  }

  #remember(key: string, remembered: Remembered): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, remembered);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= MAX_REMEMBERED) return;
      this.#remembered.delete(oldest);
    }
  }
}

const keyOf = ({ about, type, reason, message }: Occurrence): string =>
  JSON.stringify([about.uid, type, reason, message]);

interface NewEvent extends Omit<KubeEvent, 'metadata'> {
  readonly metadata: { readonly generateName: string; readonly namespace: string };
  readonly involvedObject: Omit<KubeObject, 'metadata'> & { readonly name: string; readonly uid: string };
  readonly source: { readonly component: string; readonly host: string };
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly reportingComponent: string;
  readonly reportingInstance: string;
}

function eventOf({ about, type, reason, message, at }: Occurrence, identity: string): NewEvent {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    // The server appends five characters to what may be as long as an object's name.
    metadata: { generateName: `${about.name.slice(0, 240)}.`, namespace: EVENT_NAMESPACE },
    involvedObject: about,
    type,
    reason,
    message,
    count: 1,
    firstTimestamp: seconds(at),
    lastTimestamp: seconds(at),
    source: { component: OPERATOR_NAME, host: identity },
    reportingComponent: OPERATOR_NAME,
    reportingInstance: identity,
  };
}

/** Times of Events have no decimals. */
const seconds = (iso: string): string => `${iso.slice(0, 19)}Z`;

function cut(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`;
}
