import { type HttpStatus, statusesIn } from './http-status.ts';
import { findAny, phrases, type Phrases } from './phrases.ts';
import type { Token } from './tokens.ts';

/** Why a pull failed, as far as somebody has to do something else about it. */
export type Outcome = 'rate-limited' | 'credentials-refused' | 'not-found' | 'unavailable' | 'kubelet-limit' | 'other';

export interface Verdict {
  readonly outcome: Outcome;
  /** The token that decided. */
  readonly at: number;
}

interface Rule {
  readonly outcome: Outcome;
  readonly hasStatus: (code: number) => boolean;
  readonly phrases: Phrases;
}

const never = (): boolean => false;

/** The first rule that finds anything gives the outcome. Phrases are in lower case; where they were seen stands beside them. */
const RULES: readonly Rule[] = [
  {
    outcome: 'rate-limited',
    hasStatus: (code) => code === 429,
    phrases: phrases(
      'toomanyrequests', // error code of the distribution specification
      'too_many_requests',
      'too many requests', // HTTP/1.1 reason; Harbor; CRI-O: "too many requests to registry"
      'pull rate limit', // Docker Hub
      'hap429', // Docker Hub, abuse
      'rate exceeded', // ECR
      'rate limit exceeded',
      'exceeded a secondary rate limit', // GitHub
    ),
  },
  {
    outcome: 'credentials-refused',
    hasStatus: (code) => code === 401 || code === 403,
    phrases: phrases(
      'unauthorized',
      'forbidden',
      'access denied',
      'authorization failed',
      'authentication required',
      'requested access to the resource is denied',
      'denied on resource', // Artifact Registry
      'permission denied for', // Container Registry
      'no basic auth credentials',
      'incorrect username or password',
      'invalid username/password',
      'authorization token has expired', // ECR
      'not authorized to perform', // ECR
    ),
  },
  {
    // What went wrong on the node, in words that also tell of registries: it comes before the rules on these.
    outcome: 'other',
    hasStatus: never,
    phrases: phrases(
      'failed to extract layer',
      'failed to register layer',
      'failed to unpack image',
      'failed to prepare extraction',
      'failed commit on ref',
      'content store',
      'no space left on device',
      'quota exceeded', // of a disk: a registry's comes with 429 or toomanyrequests
      'signaturevalidationfailed',
      'signature validation failed',
    ),
  },
  {
    outcome: 'not-found',
    hasStatus: (code) => code === 404 || code === 410,
    phrases: phrases(
      'not found',
      'notfound', // gRPC
      'manifest unknown',
      'name unknown',
      'blob unknown',
      'does not exist',
      'no match for platform',
      'no matching manifest',
      'no image found',
    ),
  },
  {
    outcome: 'unavailable',
    hasStatus: (code) => code === 407 || code === 408 || (code >= 500 && code < 600),
    phrases: phrases(
      'internal server error',
      'bad gateway',
      'service unavailable',
      'gateway timeout',
      'no such host',
      'server misbehaving',
      'name resolution',
      'connection refused',
      'connection reset',
      'connection timed out',
      'no route to host',
      'network is unreachable',
      'broken pipe',
      'i/o timeout',
      'handshake timeout',
      'handshake failure',
      'deadline exceeded',
      'deadlineexceeded', // gRPC
      'request canceled while waiting',
      'client.timeout exceeded',
      'timeout awaiting response',
      'eof',
      'x509',
      'http response to https client',
      'proxyconnect',
    ),
  },
  {
    // Last: these words stand before the cause, if there is one.
    outcome: 'unavailable',
    hasStatus: never,
    phrases: phrases(
      'registryunavailable', // CRI error
      'registry is unavailable', // kubelet
    ),
  },
];

/** The kubelet's own limit ends with these words: no registry was asked, so nothing follows. */
const KUBELET_LIMIT = phrases('pull qps exceeded');
const KUBELET_LIMIT_WORDS = 3;

/** Judges one cause; never by a bare number, and never by what stands in a name or URL. */
export function judge(cause: readonly Token[]): Verdict {
  if (isKubeletLimit(cause)) return { outcome: 'kubelet-limit', at: 0 };
  const statuses = statusesIn(cause);
  for (const rule of RULES) {
    const at = apply(rule, cause, statuses);
    if (at !== undefined) return { outcome: rule.outcome, at };
  }
  return { outcome: 'other', at: cause.length };
}

const isKubeletLimit = (cause: readonly Token[]): boolean =>
  findAny(cause.slice(-KUBELET_LIMIT_WORDS), KUBELET_LIMIT) === 0;

/** Where the rule finds what it looks for; a status goes before words, since the host that answered stands next to it. */
function apply(rule: Rule, cause: readonly Token[], statuses: readonly HttpStatus[]): number | undefined {
  return statuses.find(({ code }) => rule.hasStatus(code))?.at ?? findAny(cause, rule.phrases);
}
