import { DOCKER_HUB } from '../../registry/hub.ts';
import { findAny, phrases, type Phrases } from './phrases.ts';
import type { Token } from './tokens.ts';

/** Which limit was hit; `unknown` where the registry does not say, as in every answer to a HEAD request, which has no body. */
export type LimitKind = 'anonymous' | 'account' | 'abuse' | 'unknown';

/** In this order: the words for an account begin like those for anybody. */
const SAID: readonly (readonly [LimitKind, Phrases])[] = [
  ['account', phrases('pull rate limit as')],
  ['anonymous', phrases('unauthenticated pull rate limit')],
  ['abuse', phrases('hap429', 'secondary rate limit')],
];
/** Docker Hub's abuse limit has no words of its own; other registries use the same ones for any limit. */
const HUB_ABUSE = phrases('toomanyrequests : too many requests');

/** containerd fetches a token so where it has no login for the registry. */
const WITHOUT_LOGIN = phrases('anonymous token');

/** Whether the runtime says that it had no login to send, whatever the pod refers to. */
export const hadNoLogin = (cause: readonly Token[]): boolean => findAny(cause, WITHOUT_LOGIN) !== undefined;

/** What the registry says of the limit that it applied, or else the runtime of its login. @param answerer folded host that answered, or the image's registry */
export function limitKind(cause: readonly Token[], answerer: string): LimitKind {
  const said = SAID.find(([, wanted]) => findAny(cause, wanted) !== undefined);
  if (said !== undefined) return said[0];
  if (answerer === DOCKER_HUB && findAny(cause, HUB_ABUSE) !== undefined) return 'abuse';
  return hadNoLogin(cause) ? 'anonymous' : 'unknown';
}
