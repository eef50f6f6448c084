import type { Client } from './client.ts';
import type { Quota } from './pull-window.ts';

/** An answer of the limiter's own. To a HEAD goes all of it but the body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where tokens come from, as a challenge says it. */
export interface Realm {
  readonly url: string;
  readonly service: string;
}

/** Docker Hub has answered with both. Only the JSON one reaches a message of containerd, which drops a body that it cannot parse. */
export type AbuseForm = 'plain' | 'json';

const INCREASE = 'https://www.docker.com/increase-rate-limit';
const JSON_TYPE = { 'content-type': 'application/json' };
const REGISTRY = { ...JSON_TYPE, 'docker-distribution-api-version': 'registry/2.0' };

/**
 * 401 of the registry: come back with a token.
 * @param source what the client's pulls would be counted against, which Docker Hub says even now
 * @param repository what was asked for; undefined for `/v2/` itself
 * @param error why the token that came does not do: `insufficient_scope` is what Docker Hub says of a private repository
 */
export function challenge(
  { url, service }: Realm,
  source: string,
  repository: string | undefined,
  error?: 'insufficient_scope' | 'invalid_token',
): Answer {
  const scope = repository === undefined ? undefined : `repository:${repository}:pull`;
  const parameters = Object.entries({ realm: url, service, scope, error })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}="${value ?? ''}"`);
  const detail =
    repository === undefined ? null : [{ Type: 'repository', Class: '', Name: repository, Action: 'pull' }];
  return {
    status: 401,
    headers: { ...REGISTRY, 'docker-ratelimit-source': source, 'www-authenticate': `Bearer ${parameters.join(',')}` },
    body: errors('UNAUTHORIZED', 'authentication required', detail),
  };
}

/** 429 for a client that has used up its pulls. The text names the account, and the token that it came with. */
export function pullLimitReached(client: Client, tokenId: string, retryAfterSeconds: number): Answer {
  const text =
    client === 'anonymous'
      ? `You have reached your unauthenticated pull rate limit. ${INCREASE}`
      : `You have reached your pull rate limit as '${client.account}': ${tokenId}. You may increase the limit by upgrading. ${INCREASE}`;
  return {
    status: 429,
    headers: { ...JSON_TYPE, 'retry-after': String(retryAfterSeconds) },
    body: errors('TOOMANYREQUESTS', text),
  };
}

/** 429 for everybody who sends too much, whoever it is. */
export function abuse(form: AbuseForm, retryAfterSeconds: number): Answer {
  const text = 'Too Many Requests (HAP429).';
  const retry = { 'retry-after': String(retryAfterSeconds) };
  return form === 'plain'
    ? { status: 429, headers: { 'content-type': 'text/plain', ...retry }, body: `${text}\n` }
    : { status: 429, headers: { ...JSON_TYPE, ...retry }, body: errors('TOOMANYREQUESTS', text) };
}

/** The token server does not know this account with this password. */
export const wrongPassword: Answer = {
  status: 401,
  headers: JSON_TYPE,
  body: `${JSON.stringify({ details: 'incorrect username or password' })}\n`,
};

/** The token server of a registry that serves accounts alone was asked without one. */
export const accountsOnly: Answer = {
  status: 401,
  headers: JSON_TYPE,
  body: errors('UNAUTHORIZED', 'authentication required'),
};

/** The token server was asked in a way that it does not understand. */
export const badTokenRequest: Answer = {
  status: 400,
  headers: JSON_TYPE,
  body: `${JSON.stringify({ details: 'unsupported grant type' })}\n`,
};

export const notServed: Answer = { status: 404, headers: JSON_TYPE, body: errors('UNSUPPORTED', 'not found') };

/** Images come to the registry behind, never through the limiter. */
export const readOnly: Answer = {
  status: 405,
  headers: { ...REGISTRY, allow: 'GET, HEAD' },
  body: errors('UNSUPPORTED', 'The operation is unsupported.'),
};

export const backendGone: Answer = {
  status: 502,
  headers: JSON_TYPE,
  body: errors('UNKNOWN', 'the registry behind does not answer'),
};

/**
 * Headers of every answer about a manifest.
 * @param quota undefined for a client without limit, who gets the source alone
 */
export function rateLimitHeaders(
  source: string,
  quota: Quota | undefined,
  windowSeconds: number,
): Readonly<Record<string, string>> {
  const from = { 'docker-ratelimit-source': source };
  if (quota === undefined) return from;
  const of = (count: number): string => `${count};w=${windowSeconds}`;
  return { 'ratelimit-limit': of(quota.limit), 'ratelimit-remaining': of(quota.remaining), ...from };
}

function errors(code: string, message: string, detail?: unknown): string {
  return `${JSON.stringify({ errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] })}\n`;
}
