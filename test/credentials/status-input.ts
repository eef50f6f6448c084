import { namespaceName, secretName } from '../../src/api/keys.ts';
import type { Failure, FailureReason } from '../../src/credentials/namespace/outcome.ts';
import type { StatusInput } from '../../src/credentials/policy/status-input.ts';
import type { NamespacePlan, Outcome } from '../../src/credentials/tally.ts';
import { entry, policy, resolution } from './build.ts';

export const VERSION = 'now';

export const failed = (reason: FailureReason, message = `because of ${reason}`): Failure => ({
  kind: 'failed',
  reason,
  message,
  retry: 'back-off',
});

export const outcome = (
  state: Outcome['state'] | Exclude<Outcome['state']['kind'], 'failed'>,
  parts: Partial<Outcome> = {},
): Outcome => ({
  version: VERSION,
  state: typeof state === 'string' ? { kind: state } : state,
  shadowed: [],
  accounts: { matched: 1, patched: 1 },
  ...parts,
});

export const plan = (parts: Partial<NamespacePlan> = {}): NamespacePlan => ({
  create: false,
  update: false,
  adopt: false,
  conflict: false,
  serviceAccounts: 0,
  ...parts,
});

/** @param byNamespace every one is matched; undefined where nothing is known of it yet */
export function statusInput(
  byNamespace: Readonly<Record<string, Outcome | undefined>>,
  parts: Partial<StatusInput> = {},
): StatusInput {
  const known = Object.entries(byNamespace).flatMap(([name, each]) =>
    each === undefined ? [] : [[namespaceName(name), each] as const],
  );
  return {
    policy: policy('p', { generation: 3 }),
    resolution: resolution([entry('docker.io')]),
    version: VERSION,
    matched: Object.keys(byNamespace).map(namespaceName),
    outcomes: new Map(known),
    forbidden: [],
    remnants: [],
    unknown: [],
    secretNames: [secretName('copy')],
    contentChanged: () => 'unknown',
    now: '2026-02-01T00:00:00Z',
    ...parts,
  };
}
