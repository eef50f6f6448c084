import { text } from 'node:stream/consumers';
import { abuse, accountsOnly, badTokenRequest, wrongPassword, type Answer } from './answers.ts';
import type { Client } from './client.ts';
import type { Exchange } from './exchange.ts';
import type { Rules } from './rules.ts';
import { readTokenRequest, type TokenRequest } from './token-request.ts';
import type { Tokens } from './tokens.ts';

/** Who gets a token, and what it is good for. */
export interface Granted {
  readonly client: Client;
  readonly repositories: readonly string[];
}

/** The token endpoint of a registry: turns a login, or none, into a token for repositories. */
export class TokenServer {
  readonly #rules: Rules;
  readonly #tokens: Tokens;
  readonly #abuseRetryAfter: number;

  /** @param abuseRetryAfter seconds */
  constructor(rules: Rules, tokens: Tokens, abuseRetryAfter: number) {
    this.#rules = rules;
    this.#tokens = tokens;
    this.#abuseRetryAfter = abuseRetryAfter;
  }

  async serve(exchange: Exchange): Promise<void> {
    const { incoming, method, query } = exchange;
    // A client that breaks off in the middle of its form has sent none.
    const form = new URLSearchParams(method === 'POST' ? await text(incoming).catch(() => '') : '');
    const asked = readTokenRequest({ method, query, authorization: incoming.headers.authorization, form });
    const claimed = asked?.credential === undefined ? 'anonymous' : { account: asked.credential.account };
    exchange.answer(claimed, this.#answerTo(asked, exchange.time));
  }

  #answerTo(asked: TokenRequest | undefined, now: number): Answer {
    const { abuse: struck } = this.#rules;
    if (struck?.scope === 'everywhere') return abuse(struck.form, this.#abuseRetryAfter);
    if (asked === undefined) return badTokenRequest;
    const decided = decideToken(asked, this.#rules);
    return 'status' in decided ? decided : this.#tokenFor(decided, now);
  }

  #tokenFor({ client, repositories }: Granted, now: number): Answer {
    const token = this.#tokens.issue(client, repositories, now);
    const body = {
      token,
      access_token: token,
      scope: repositories.map((repository) => `repository:${repository}:pull`).join(' '),
      expires_in: this.#tokens.lifetimeSeconds,
      issued_at: new Date(now).toISOString(),
    };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(body)}\n` };
  }
}

/**
 * Who a token is for, with the repositories that it opens: those that were asked for and may be read. A private one is left out without a
 * word, as Docker Hub does; the registry then says `insufficient_scope`.
 */
export function decideToken({ credential, repositories }: TokenRequest, rules: Rules): Granted | Answer {
  if (credential === undefined && !rules.anonymousAccess) return accountsOnly;
  if (credential !== undefined && !rules.knows(credential)) return wrongPassword;
  const client = credential === undefined ? 'anonymous' : { account: credential.account };
  return { client, repositories: repositories.filter((repository) => rules.mayRead(client, repository)) };
}
