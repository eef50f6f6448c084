import { findCondition } from '../../api/conditions.ts';
import type { RateLimitStatus, RegistryCredentialPolicyStatus } from '../../api/generated.ts';

/** What a policy's status said of pulls before, this process or an earlier one: so a restart takes nothing back too early. */
export interface SaidBefore {
  readonly rateLimit: RateLimitStatus | undefined;
  /** RateLimited is True, and was said of this very spec. */
  readonly isLimited: boolean;
  /** CredentialsAccepted is False, and was said of this very spec. */
  readonly isRefused: boolean;
  /** Nothing was ever said of pulls. */
  readonly isNew: boolean;
}

/** Reads it from a policy as the caches hold it. Pure. */
export function saidBefore({
  generation,
  status,
}: {
  readonly generation: number;
  readonly status: RegistryCredentialPolicyStatus;
}): SaidBefore {
  const [limited, accepted] = [
    findCondition(status.conditions, 'RateLimited'),
    findCondition(status.conditions, 'CredentialsAccepted'),
  ];
  return {
    rateLimit: status.rateLimit,
    isLimited: limited?.status === 'True' && limited.observedGeneration === generation,
    isRefused: accepted?.status === 'False' && accepted.observedGeneration === generation,
    isNew: limited === undefined,
  };
}
