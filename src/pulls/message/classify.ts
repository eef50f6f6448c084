import { splitCauses } from './causes.ts';
import { type EventLike, type FailedPull, failedPullOfEvent, failedPullOfStatus, type StatusLike } from './gate.ts';
import { type Answerer, answererBefore, registryOf } from './hosts.ts';
import { type ImageReference, parseImage } from '../image/image-reference.ts';
import { hadNoLogin, type LimitKind, limitKind } from './limit-kind.ts';
import { mask, type OwnNames } from './mask.ts';
import { judge, type Outcome } from './outcome.ts';
import { mayNotExist } from './refusal.ts';
import { retryAfterMs } from './retry-after.ts';
import { type Token, tokenise } from './tokens.ts';

export type { LimitKind } from './limit-kind.ts';
export type { Outcome } from './outcome.ts';

/** A failed pull, told apart. Holds nothing of the message but names of images and hosts. */
export interface PullFailure {
  readonly outcome: Outcome;
  /** Which limit; of a refusal `anonymous` where the runtime says that it had no login. `unknown` for everything else. */
  readonly kind: LimitKind;
  /** Host of the registry that the image belongs to; Docker Hub is `docker.io`. */
  readonly registry: string;
  /** Host that answered, where the message names it: a mirror's with a mirror. */
  readonly endpoint?: string;
  /** Host of the mirror that answered in the registry's place: the limit, or the refusal, may be its own. */
  readonly mirror?: string;
  /** As the pod's spec has it. */
  readonly image: string;
  /** Only of a refusal: the registry says the same of images that do not exist. */
  readonly mayNotExist?: boolean;
  /** How long the registry asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Outcomes of the other attempts: a kubelet tries each credential in turn. */
  readonly also?: readonly Outcome[];
}

/**
 * What an Event says about a failed pull. Never throws, whatever the Event looks like.
 * @returns undefined where it says nothing about one, or not why
 */
export function classifyEvent(event: EventLike): PullFailure | undefined {
  return classify(failedPullOfEvent(event));
}

/**
 * What a container's status says about a failed pull. Never throws.
 * @param status `reason` and `message` of `state.waiting`, and the image of the pod's spec
 * @returns undefined where it says nothing about one, or not why
 */
export function classifyStatus(status: StatusLike): PullFailure | undefined {
  return classify(failedPullOfStatus(status));
}

/** Longest host name (RFC 1035), port included: anybody may write one into an Event. */
const MAX_HOST_NAME = 253;

/** Of several causes the first in this order is the outcome: one limited attempt makes the pull a limited one. */
const ORDER: readonly Outcome[] = [
  'rate-limited',
  'credentials-refused',
  'not-found',
  'unavailable',
  'kubelet-limit',
  'other',
];

function classify(pull: FailedPull | undefined): PullFailure | undefined {
  const reference = parseImage(pull?.image ?? '');
  if (pull === undefined || reference === undefined) return undefined;
  const failures = splitCauses(pull.text, mask(tokenise(pull.text), ownNames(reference))).map((cause) =>
    assess(cause, pull, reference),
  );
  const [first, ...others] = failures.sort((a, b) => rank(a) - rank(b));
  if (first === undefined) return undefined;
  const also = [...new Set(others.map(({ outcome }) => outcome))].filter((outcome) => outcome !== first.outcome);
  return also.length === 0 ? first : { ...first, also };
}

/**
 * Of two refusals the one that tells most of the credential goes first, whatever became of the others: one without a login tells nothing of
 * it, and a mirror need not know it; one that may be about a missing image leaves a doubt.
 */
const rank = ({ outcome, kind, mirror, mayNotExist: isDoubtful = false }: PullFailure): number => {
  const tellsLittle = outcome === 'credentials-refused' && (kind === 'anonymous' || mirror !== undefined);
  return ORDER.indexOf(outcome) + (tellsLittle ? 0.5 : 0) + (isDoubtful ? 0.25 : 0);
};

const ownNames = ({ repository, tag }: ImageReference): OwnNames => ({
  name: repository.slice(repository.lastIndexOf('/') + 1),
  tag: tag?.toLowerCase(),
});

function assess(cause: readonly Token[], { image }: FailedPull, reference: ImageReference): PullFailure {
  const { outcome, at } = judge(cause);
  const registry = registryOf(reference, cause);
  const answerer = outcome === 'kubelet-limit' ? undefined : answererBefore(cause, at);
  const mirror = mirrorOf(answerer, registry);
  const wait = outcome === 'rate-limited' ? retryAfterMs(cause) : undefined;
  return {
    outcome,
    kind: kindOf(outcome, cause, answerer?.host ?? registry),
    registry,
    image,
    ...(answerer !== undefined && { endpoint: answerer.host }),
    ...(mirror !== undefined && { mirror }),
    ...(outcome === 'credentials-refused' && mayNotExist(cause) && { mayNotExist: true }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
}

/** A registry may have other hosts of its own, for tokens above all: only one that stands in for it is a mirror. */
const mirrorOf = (answerer: Answerer | undefined, registry: string): string | undefined =>
  answerer?.standsIn === true && answerer.host !== registry ? answerer.host.slice(0, MAX_HOST_NAME) : undefined;

function kindOf(outcome: Outcome, cause: readonly Token[], answerer: string): LimitKind {
  if (outcome === 'rate-limited') return limitKind(cause, answerer);
  return outcome === 'credentials-refused' && hadNoLogin(cause) ? 'anonymous' : 'unknown';
}
