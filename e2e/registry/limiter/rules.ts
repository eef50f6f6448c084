import type { AbuseForm } from './answers.ts';
import type { Client } from './client.ts';
import type { Credential } from './token-request.ts';

/**
 * Which HEADs of manifests a reached pull limit refuses. Docker Hub has been seen with each: `tags` and `none` are what kubelets report most.
 * A refused HEAD shows a bare 429, and a HEAD that passes leaves it to the GET behind it, whose text the kubelet then reports.
 */
export type RefusedHeads = 'tags' | 'all' | 'none';

/**
 * Where an abuse limit strikes. `everywhere` is the whole registry and its token server; a runtime asks HEAD first and so never sees the text.
 * `manifests` is a limit that is crossed in the middle of a pull: the GET of a manifest is the first request refused.
 */
export type AbuseScope = 'everywhere' | 'manifests';

interface Account {
  readonly password: string;
  readonly limit?: number;
}

/** What the registry does with whom. Everything may be changed while it serves. */
export class Rules {
  readonly #accounts = new Map<string, Account>();
  readonly #readers = new Map<string, ReadonlySet<string>>();
  readonly #anonymousAccess: boolean;
  #anonymousLimit: number | undefined;
  #refusedHeads: RefusedHeads = 'tags';
  #abuse: { readonly form: AbuseForm; readonly scope: AbuseScope } | undefined;

  /** @param anonymousAccess false for a registry that gives nothing to anybody without an account */
  constructor(anonymousAccess: boolean) {
    this.#anonymousAccess = anonymousAccess;
  }

  /** Makes the account if it is new. From now on only this password gets tokens; those that were given out stay valid. */
  setPassword(account: string, password: string): void {
    this.#accounts.set(account, { ...this.#accounts.get(account), password });
  }

  /**
   * @param limit pulls in a window; undefined is without limit, as for a paid account
   * @throws Error for an account without a password
   */
  setAccountLimit(account: string, limit: number | undefined): void {
    const known = this.#accounts.get(account);
    if (known === undefined) throw new Error(`there is no account ${account}`);
    this.#accounts.set(account, { password: known.password, ...(limit === undefined ? {} : { limit }) });
  }

  /** @param limit pulls of one address in a window; undefined is without limit */
  setAnonymousLimit(limit: number | undefined): void {
    this.#anonymousLimit = limit;
  }

  setRefusedHeads(heads: RefusedHeads): void {
    this.#refusedHeads = heads;
  }

  /** Refuses everybody, whatever their own limits; undefined ends it. */
  setAbuse(form: AbuseForm | undefined, scope: AbuseScope = 'everywhere'): void {
    this.#abuse = form === undefined ? undefined : { form, scope };
  }

  /** From now on only these accounts get tokens for the repository; without any, nobody does, as for one that does not exist. */
  makePrivate(repository: string, ...readers: readonly string[]): void {
    this.#readers.set(repository, new Set(readers));
  }

  makePublic(repository: string): void {
    this.#readers.delete(repository);
  }

  get anonymousAccess(): boolean {
    return this.#anonymousAccess;
  }

  get abuse(): { readonly form: AbuseForm; readonly scope: AbuseScope } | undefined {
    return this.#abuse;
  }

  get refusedHeads(): RefusedHeads {
    return this.#refusedHeads;
  }

  knows({ account, password }: Credential): boolean {
    return this.#accounts.get(account)?.password === password;
  }

  mayRead(client: Client, repository: string): boolean {
    const readers = this.#readers.get(repository);
    if (client === 'anonymous') return this.#anonymousAccess && readers === undefined;
    return readers?.has(client.account) ?? true;
  }

  /** Pulls that a client has in a window; undefined is without limit. */
  limitOf(client: Client): number | undefined {
    return client === 'anonymous' ? this.#anonymousLimit : this.#accounts.get(client.account)?.limit;
  }
}
