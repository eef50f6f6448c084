import type { ServerResponse } from 'node:http';
import type { Secret } from '../../src/api/objects.ts';
import { Reflector, type ReflectorOptions } from '../../src/kube/reflector.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import type { Stored } from '../../src/kube/store.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { FakeClock } from '../runtime/fake-clock.ts';
import { openWatch, type Received, sendJson, StandInServer } from './stand-in-server.ts';

export type Item = Stored & { readonly namespace: string };
export type SecretReflector = Reflector<Secret, Item>;

export const slim = ({ metadata }: Secret): Item => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  uid: metadata.uid ?? '',
  resourceVersion: metadata.resourceVersion ?? '',
});
export const secret = (name: string, resourceVersion: string) => ({
  metadata: { name, namespace: 'ns', uid: `uid-${name}`, resourceVersion },
});
export const event = (type: string, name: string, resourceVersion: string) => ({
  type,
  object: secret(name, resourceVersion),
});
export const listOf = (resourceVersion: string, ...items: object[]) => ({ metadata: { resourceVersion }, items });
export const query = ({ url }: Received): URLSearchParams => new URL(url, 'http://x').searchParams;

/** What a store holds, as `name@version`. */
export const versions = (reflector: SecretReflector): string[] =>
  [...reflector.store.list()].map(({ name, resourceVersion }) => `${name}@${resourceVersion}`).sort();

/** A server that lists and watches as told (by default an empty collection at version 1, and silence), and the reflectors on it. */
export class ReflectorFixture {
  readonly server = new StandInServer();
  readonly clock = new FakeClock();
  readonly lists: Received[] = [];
  readonly watches: Received[] = [];
  readonly open: ServerResponse[] = [];
  readonly #running: SecretReflector[] = [];
  onList: (response: ServerResponse, request: Received, nth: number) => void = (response) => {
    sendJson(response, 200, listOf('1'));
  };
  onWatch: (response: ServerResponse, nth: number) => void = (response) => {
    openWatch(response);
  };

  constructor() {
    this.server.answer((request, response) => {
      if (query(request).get('watch') === 'true') {
        this.open.push(response);
        this.onWatch(response, this.watches.push(request));
      } else {
        this.onList(response, request, this.lists.push(request));
      }
    });
  }

  start(options: Partial<ReflectorOptions<Secret, Item>> = {}): SecretReflector {
    const { clock } = this;
    const client = this.server.client({ clock });
    const defaults = { resource: SECRETS, slim, log: silentLog, name: 'test', random: () => 0.5, resyncMs: 0 };
    const reflector = new Reflector<Secret, Item>({ client, clock, ...defaults, ...options });
    this.#running.push(reflector);
    reflector.start();
    return reflector;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((reflector) => reflector.stop()));
    await this.server.stop();
  }

  /** Lets time pass, in small steps, until something has happened at the other end of a real connection. */
  async passUntil(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await this.clock.advance(50);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}
