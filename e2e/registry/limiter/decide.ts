import { abuse, challenge, pullLimitReached, rateLimitHeaders, type Answer, type Realm } from './answers.ts';
import { isDigest, type Route } from './route.ts';
import type { Quota } from './pull-window.ts';
import type { Rules } from './rules.ts';
import type { Grant } from './tokens.ts';

/** A GET or HEAD of the registry's content, and all that decides about it. */
export interface Question {
  readonly route: Exclude<Route, { kind: 'token' }>;
  readonly method: string;
  /** What the token grants; `none` without a token, `invalid` for one that is unknown or has expired. */
  readonly grant: Grant | 'none' | 'invalid';
  /** What its pulls are counted against. */
  readonly source: string;
  /** Undefined for a client without limit. */
  readonly quota: Quota | undefined;
  readonly realm: Realm;
  readonly windowSeconds: number;
  /** Seconds that a 429 says: until the next pull is free, and during abuse. */
  readonly retryAfter: { readonly pull: number; readonly abuse: number };
  readonly rules: Rules;
}

type Check = (question: Question) => Answer | undefined;

/** The first that objects gives the answer. */
const checks: readonly Check[] = [abuseLimit, withoutToken, withoutScope, pullLimit];

/** Why a request is not passed to the registry behind, as the answer that says so; undefined when it is. */
export function refusal(question: Question): Answer | undefined {
  for (const check of checks) {
    const answer = check(question);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Whether a request that is passed on counts as a pull. A HEAD never does, nor does a layer. */
export const isPull = ({ kind }: Route, method: string): boolean => kind === 'manifest' && method === 'GET';

function abuseLimit({ rules, route, method, retryAfter }: Question): Answer | undefined {
  if (rules.abuse === undefined) return undefined;
  if (rules.abuse.scope === 'manifests' && !isPull(route, method)) return undefined;
  return abuse(rules.abuse.form, retryAfter.abuse);
}

function withoutToken({ grant, route, realm, source }: Question): Answer | undefined {
  const repository = route.kind === 'ping' ? undefined : route.repository;
  if (grant === 'none') return challenge(realm, source, repository);
  if (grant === 'invalid') return challenge(realm, source, repository, 'invalid_token');
  return undefined;
}

function withoutScope({ grant, route, realm, source }: Question): Answer | undefined {
  if (typeof grant === 'string' || route.kind === 'ping' || grant.repositories.has(route.repository)) return undefined;
  return challenge(realm, source, route.repository, 'insufficient_scope');
}

function pullLimit({ grant, route, method, quota, source, windowSeconds, retryAfter, rules }: Question) {
  if (typeof grant === 'string' || route.kind !== 'manifest' || quota === undefined || quota.remaining > 0) {
    return undefined;
  }
  if (method === 'HEAD' && !refusesHead(rules, route.reference)) return undefined;
  const answer = pullLimitReached(grant.client, grant.id, retryAfter.pull);
  return { ...answer, headers: { ...answer.headers, ...rateLimitHeaders(source, quota, windowSeconds) } };
}

function refusesHead({ refusedHeads }: Rules, reference: string): boolean {
  return refusedHeads === 'all' || (refusedHeads === 'tags' && !isDigest(reference));
}
