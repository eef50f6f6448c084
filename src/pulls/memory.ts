import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { EventCounts } from './events/event-counts.ts';
import type { History } from './events/set-aside.ts';
import { FailureLog } from './failure-log.ts';
import { Notices } from './notices.ts';
import { FollowedPods } from './pods/followed-pods.ts';
import { WaitingPods } from './pods/waiting.ts';

/** `spec.rateLimit.window` reaches back so far at most. */
export const LONGEST_WINDOW_MS = 24 * 3_600_000;

/** What flow B remembers of pods and Events. */
export class PullMemory {
  readonly counts = new EventCounts();
  readonly failures = new FailureLog();
  readonly waiting = new WaitingPods();
  readonly followed: FollowedPods;
  readonly notices: Notices;
  readonly history: History = new Map();
  readonly #clock: Clock;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.followed = new FollowedPods(clock);
    this.notices = new Notices(clock, log);
  }

  /** Forgets what is too old to matter: nothing else takes it away. The rest goes with its pod or Event. */
  sweep(): void {
    this.counts.sweep(this.#clock.now());
    this.notices.sweep();
    this.failures.forgetBefore(this.#clock.date().getTime() - LONGEST_WINDOW_MS);
  }
}
