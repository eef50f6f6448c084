import type { Cluster } from './cluster.ts';
import type { Change } from './possible.ts';
import type { Random } from './random.ts';
import type { Inputs } from './world.ts';

/** One step of the tests: what it is, what it does to the model, and to the cluster. */
export interface Operation {
  readonly text: string;
  readonly change: Change;
  readonly real: (cluster: Cluster) => Promise<unknown>;
  /** What it does depends on what the operator has done: it comes only when that is known. */
  readonly settleFirst?: boolean;
  /** The source that it changes. */
  readonly source?: string;
}

export interface KnownNamespace {
  readonly accounts: Set<string>;
  /** By Secret or ServiceAccount: how often it has been spoiled. */
  readonly spoiled: Map<string, number>;
}

/** What the next operation is chosen from. It holds nothing that depends on the operator, so that a seed repeats the operations. */
export interface Plan {
  readonly random: Random;
  /** Names of everything begin with it. */
  readonly prefix: string;
  inputs: Inputs;
  readonly namespaces: Map<string, KnownNamespace>;
  /** For names and passwords that come once only. */
  count: number;
}

/** Undefined where there is nothing to do it to. */
export type Maker = (plan: Plan) => Operation | undefined;

/** Beyond it a repair could be held as `Contended`. */
const SPOILED_AT_MOST = 3;

/** Whether `what` may be spoiled once more, which is then noted. */
export function maySpoil({ spoiled }: KnownNamespace, what: string): boolean {
  const times = spoiled.get(what) ?? 0;
  if (times >= SPOILED_AT_MOST) return false;
  spoiled.set(what, times + 1);
  return true;
}

export const TEAMS = ['red', 'blue'] as const;
export const ACCOUNTS = ['default', 'ci-a', 'ci-b', 'app'] as const;

export const someLabels = (random: Random): Readonly<Record<string, string>> => ({
  ...(random.chance(0.6) && { team: random.pick(TEAMS) }),
  ...(random.chance(0.3) && { tier: 'gold' }),
});
