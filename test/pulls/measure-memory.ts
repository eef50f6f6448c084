/** Prints the megabytes that pods cost which cannot pull, for as many as the argument says: caches, counts and memory of failures. */
import { CacheStore } from '../../src/kube/cache-store.ts';
import type { Stored } from '../../src/kube/store.ts';
import { type EventEntry, slimEvent } from '../../src/pulls/events/event.ts';
import { EventCounts } from '../../src/pulls/events/event-counts.ts';
import { FailureLog } from '../../src/pulls/failure-log.ts';
import { type PodEntry, slimPod } from '../../src/pulls/pods/pod.ts';
import { take } from '../../src/pulls/take.ts';
import { WaitingPods } from '../../src/pulls/pods/waiting.ts';
import { coverage, eventOf, failedTo, podOf } from './fixtures.ts';

const NAMESPACES = 500;
const EVENTS_OF_A_POD = 2;
const MESSAGE_LENGTH = 900;
/** Spreads the failures over so many milliseconds each, so that few of them are remembered as one. */
const APART_MS = 50;

const ignore = (): void => undefined;
/** As it comes from the API server: each object parsed from a text of its own. */
const received = <T>(object: T): T => JSON.parse(JSON.stringify(object)) as T;

function usedMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function store<T extends Stored>(): CacheStore<T> {
  return new CacheStore<T>(ignore);
}

const kept = {
  pods: store<PodEntry>(),
  events: store<EventEntry>(),
  counts: new EventCounts(),
  waiting: new WaitingPods(),
  failures: new FailureLog(),
};

/** One pod, its status, and its Events, through all that keeps anything of them. */
function fail(index: number): void {
  const image = `team-${index}/service-number-${index}:v1.2.${index}`;
  const [name, namespace, uid] = [
    `service-number-${index}-7d9f8b6c5d-abcde`,
    `n-${index % NAMESPACES}`,
    `uid-${index}`.padEnd(36, '0'),
  ];
  const words = `failed to pull "docker.io/${image}": toomanyrequests: You have reached your unauthenticated pull rate limit.`;
  const message = words.padEnd(MESSAGE_LENGTH, ' see the documentation');
  const pod = slimPod(received(podOf({ name, namespace, uid, image, waiting: ['ErrImagePull', message] })));
  kept.pods.set(pod);
  for (let each = 0; each < EVENTS_OF_A_POD; each++) {
    const involvedObject = { kind: 'Pod', namespace, name, uid };
    const metadata = { name: `${name}.${each}`, namespace, uid: `event-${index}-${each}`.padEnd(36, '0') };
    const entry = slimEvent(received(eventOf({ metadata, involvedObject, message: failedTo(message, image) })));
    kept.events.set(entry);
    kept.counts.settle(entry);
    const { failure } = entry;
    if (failure?.outcome !== 'rate-limited') throw new Error('the message is not taken for a limit');
    take(
      { failure, pod, count: 1, last: 0, message: entry.message },
      {
        coverage: coverage(),
        waiting: kept.waiting,
        failures: kept.failures,
        counts: { rateLimited: ignore, refused: ignore, uncovered: ignore, kubeletLimited: ignore },
        notices: { tell: ignore },
        wake: ignore,
        isOurs: true,
        now: index * APART_MS,
      },
    );
  }
}

const before = usedMegabytes();
for (let index = 0; index < Number(process.argv[2]); index++) fail(index);
process.stdout.write(`${(usedMegabytes() - before).toFixed(1)}\n`);
if (kept.waiting.size === 0) process.exitCode = 1;
