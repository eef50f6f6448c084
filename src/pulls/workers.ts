import { isApiError } from '../kube/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import { Controller, type ControllerObserver, done, type Next, retry } from '../runtime/controller.ts';
import type { Log } from '../runtime/log.ts';
import { type QueueObserver, WorkQueue } from '../runtime/queue.ts';
import type { ObjectKey } from './object-key.ts';

export interface WorkObserver {
  queue(name: string): QueueObserver & { watch(unfinished: () => { seconds: number; longest: number }): void };
  controller(name: string): ControllerObserver;
}

interface WorkerOptions {
  readonly name: string;
  readonly reconcile: (key: ObjectKey) => Promise<Next>;
  readonly observer: WorkObserver;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Workers {
  readonly queue: WorkQueue<ObjectKey>;
  readonly controller: Controller<ObjectKey>;
}

const WORKERS = 8;

/** A queue and the workers on it. Whatever fails is tried again with a growing pause. */
export function workersFor({ name, reconcile, observer, clock, log }: WorkerOptions): Workers {
  const queueObserver = observer.queue(name);
  const queue = new WorkQueue<ObjectKey>({ name, clock, observer: queueObserver });
  queueObserver.watch(() => queue.unfinished());
  const onError = (key: ObjectKey, error: unknown): Next => {
    if (isApiError(error, 'aborted')) return done;
    log.warn('reconcile failed', { controller: name, key, err: error });
    return retry;
  };
  const watcher = observer.controller(name);
  return {
    queue,
    controller: new Controller({ name, queue, workers: WORKERS, reconcile, onError, clock, observer: watcher }),
  };
}
