import { parseArgs } from 'node:util';

export interface BenchArguments {
  readonly json: boolean;
  /** What is measured of flow A; absent with `--pulls`. */
  readonly plan: Plan | undefined;
  readonly pulls: PullPlan;
  /** Folder for CPU profiles of the operator, where they are wanted. */
  readonly profile: string | undefined;
}

/** How much is measured of flow A. */
export interface Plan {
  /** Sizes of the cluster, ascending. */
  readonly namespaces: readonly number[];
  readonly bystanders: number;
  /** Initial sync and rotation are repeated this often; the medians count. */
  readonly rounds: number;
  readonly newNamespaces: number;
  /** Seconds. */
  readonly idle: number;
}

/** How much is measured of flow B. */
export interface PullPlan {
  readonly namespaces: number;
  /** Pods that wait because of a limit. */
  readonly waiting: number;
  /** Events about each of them, in a storm. */
  readonly eventsPerPod: number;
  /** Events that are written in a second, at most. */
  readonly perSecond: number;
  /** Running pods, which are none of the operator's business. */
  readonly running: number;
  /** New namespaces whose latency is measured in quiet; in a storm, as many as fit. */
  readonly newNamespaces: number;
  /** Seconds. */
  readonly idle: number;
}

const FULL: Plan = { namespaces: [200, 1000], bystanders: 2000, rounds: 5, newNamespaces: 100, idle: 30 };
const QUICK: Plan = { namespaces: [50], bystanders: 200, rounds: 3, newNamespaces: 20, idle: 5 };
const FULL_PULLS: PullPlan = {
  namespaces: 200,
  waiting: 5000,
  eventsPerPod: 4,
  perSecond: 1000,
  running: 10_000,
  newNamespaces: 100,
  idle: 30,
};
const QUICK_PULLS: PullPlan = {
  ...FULL_PULLS,
  namespaces: 50,
  waiting: 1000,
  running: 1000,
  newNamespaces: 20,
  idle: 5,
};

export const USAGE =
  'usage: npm run bench -- [--quick] [--json] [--pulls] [--namespaces N,N] [--rounds N] [--profile DIRECTORY]';

/**
 * Reads the command line. Pure.
 * @param argv without interpreter and script
 * @returns a sentence where something in it is wrong
 */
export function parseArguments(argv: readonly string[]): BenchArguments | { readonly problem: string } {
  try {
    const { values } = parseArgs({ args: [...argv], strict: true, options: OPTIONS });
    const [base, pulls] = values.quick === true ? [QUICK, QUICK_PULLS] : [FULL, FULL_PULLS];
    const namespaces = values.namespaces?.split(',').map(positive) ?? base.namespaces;
    const rounds = values.rounds === undefined ? base.rounds : positive(values.rounds);
    const plan = { ...base, rounds, namespaces: namespaces.toSorted((a, b) => a - b) };
    return {
      json: values.json === true,
      plan: values.pulls === true ? undefined : plan,
      pulls,
      profile: values.profile,
    };
  } catch (error) {
    return { problem: `${error instanceof Error ? error.message : 'bad command line'}; ${USAGE}` };
  }
}

const OPTIONS = {
  quick: { type: 'boolean' },
  json: { type: 'boolean' },
  pulls: { type: 'boolean' },
  namespaces: { type: 'string' },
  rounds: { type: 'string' },
  profile: { type: 'string' },
} as const;

function positive(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`'${text}' is not a number from 1 to 99999`);
  return Number(text);
}
