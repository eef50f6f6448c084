import { isDeepStrictEqual } from 'node:util';
import type { Client } from './client.ts';
import type { Route } from './route.ts';

/** One request that was answered. Never a password or a token. */
export interface Entry {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** At the token server the account that was claimed, also when the password was wrong: the status tells. */
  readonly client: Client;
  readonly kind: Route['kind'] | 'other';
  readonly method: string;
  /** Empty where a request is about no repository. */
  readonly repository: string;
  /** Tag or digest; empty where there is none. */
  readonly reference: string;
  readonly status: number;
  /** Registry that the client means, by the query `ns` that containerd adds for a mirror; empty without it. */
  readonly upstreamHost: string;
  readonly sourceAddress: string;
}

/** All requests in the order of their answers. An entry stands here before its answer reaches the client. */
export class RequestLog {
  readonly #entries: Entry[] = [];

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Entries that have all these values. */
  where(wanted: Partial<Entry>): Entry[] {
    return this.#entries.filter((entry) =>
      Object.entries(wanted).every(([field, value]) => isDeepStrictEqual(Reflect.get(entry, field), value)),
    );
  }

  /** Manifests that were given out: what a registry calls a pull. */
  pulls(repository: string): Entry[] {
    return this.where({ kind: 'manifest', method: 'GET', repository, status: 200 });
  }

  /** Everybody who pulled from a repository, each once, in the order of their first pull. */
  pullers(repository: string): Client[] {
    return distinct(this.pulls(repository).map(({ client }) => client));
  }

  /** Requests about a repository's manifests that a limit refused, HEAD and GET. */
  limited(repository: string): Entry[] {
    return this.where({ kind: 'manifest', repository, status: 429 });
  }

  /** Accounts that a credential was shown for, right or wrong. */
  accountsSeen(): string[] {
    const accounts = this.#entries.flatMap(({ client }) => (client === 'anonymous' ? [] : client.account));
    return distinct(accounts);
  }

  clear(): void {
    this.#entries.length = 0;
  }
}

function distinct<T>(items: readonly T[]): T[] {
  return items.filter((item, at) => items.findIndex((other) => isDeepStrictEqual(other, item)) === at);
}
