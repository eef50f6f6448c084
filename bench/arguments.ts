import { parseArgs } from 'node:util';

export interface BenchArguments {
  readonly json: boolean;
  readonly plan: Plan;
  /** Folder for CPU profiles of the operator, where they are wanted. */
  readonly profile: string | undefined;
}

/** How much is measured. */
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

const FULL: Plan = { namespaces: [200, 1000], bystanders: 2000, rounds: 5, newNamespaces: 100, idle: 30 };
const QUICK: Plan = { namespaces: [50], bystanders: 200, rounds: 3, newNamespaces: 20, idle: 5 };

export const USAGE = 'usage: npm run bench -- [--quick] [--json] [--namespaces N,N] [--rounds N] [--profile DIRECTORY]';

/**
 * Reads the command line. Pure.
 * @param argv without interpreter and script
 * @returns a sentence where something in it is wrong
 */
export function parseArguments(argv: readonly string[]): BenchArguments | { readonly problem: string } {
  try {
    const { values } = parseArgs({ args: [...argv], strict: true, options: OPTIONS });
    const base = values.quick === true ? QUICK : FULL;
    const namespaces = values.namespaces?.split(',').map(positive) ?? base.namespaces;
    const rounds = values.rounds === undefined ? base.rounds : positive(values.rounds);
    const plan = { ...base, rounds, namespaces: namespaces.toSorted((a, b) => a - b) };
    return { json: values.json === true, plan, profile: values.profile };
  } catch (error) {
    return { problem: `${error instanceof Error ? error.message : 'bad command line'}; ${USAGE}` };
  }
}

const OPTIONS = {
  quick: { type: 'boolean' },
  json: { type: 'boolean' },
  namespaces: { type: 'string' },
  rounds: { type: 'string' },
  profile: { type: 'string' },
} as const;

function positive(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`'${text}' is not a number from 1 to 99999`);
  return Number(text);
}
