import { randomBytes } from 'node:crypto';
import type { Client } from './client.ts';

/** What the bearer of a token may do. */
export interface Grant {
  readonly client: Client;
  /** Names the token without giving it away; Docker Hub puts it into the text of a limited account. Another one for each token. */
  readonly id: string;
  readonly repositories: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Gives out opaque bearer tokens and knows them again until they expire. A changed password leaves them valid. */
export class Tokens {
  readonly lifetimeSeconds: number;
  readonly #grants = new Map<string, Grant>();

  constructor(lifetimeSeconds: number) {
    this.lifetimeSeconds = lifetimeSeconds;
  }

  /** @param now milliseconds since the epoch */
  issue(client: Client, repositories: readonly string[], now: number): string {
    const token = randomBytes(48).toString('base64url');
    this.#dropExpired(now);
    this.#grants.set(token, {
      client,
      id: `dckr_jti_${randomBytes(20).toString('base64url')}=`,
      repositories: new Set(repositories),
      expiresAt: now + this.lifetimeSeconds * 1000,
    });
    return token;
  }

  /** @returns undefined for a token that is unknown or has expired */
  grantOf(token: string, now: number): Grant | undefined {
    const grant = this.#grants.get(token);
    return grant !== undefined && now < grant.expiresAt ? grant : undefined;
  }

  #dropExpired(now: number): void {
    for (const [token, { expiresAt }] of this.#grants) if (expiresAt <= now) this.#grants.delete(token);
  }
}
