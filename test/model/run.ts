import { until } from '../cluster/wait.ts';
import { Cluster } from './cluster.ts';
import {
  addForeignEntry,
  createAccount,
  createNamespace,
  deleteAccount,
  deleteNamespace,
  dropRecord,
  labelAccount,
  labelNamespace,
  removeEntry,
} from './namespace-operations.ts';
import type { Maker, Operation, Plan } from './plan.ts';
import { createPolicy, deletePolicy, editPolicy } from './policy-operations.ts';
import { after, certain, compared, difference, isCrowded, type Possible, settled } from './possible.ts';
import { Random } from './random.ts';
import {
  createForeign,
  deleteCopy,
  deleteForeign,
  editCopy,
  freezeCopy,
  labelCopy,
  stripLabel,
} from './secret-operations.ts';
import { breakSource, deleteSource, recreateSource, rotateSource } from './source-operations.ts';
import { statusDifference } from './status.ts';
import { canonical, type Namespace } from './world.ts';

const SETTLES_WITHIN = 30_000;
const BATCH = 10;

type Weighted = readonly (readonly [number, Maker])[];

const POLICY_MAKERS: Weighted = [
  [6, createPolicy],
  [3, deletePolicy],
  [9, editPolicy],
];

const SOURCE_MAKERS: Weighted = [
  [4, rotateSource],
  [1.5, breakSource],
  [1.5, deleteSource],
  [5, recreateSource],
];

const NAMESPACE_MAKERS: Weighted = [
  [3, createNamespace],
  [1.5, deleteNamespace],
  [3, labelNamespace],
  [2, createAccount],
  [1, deleteAccount],
  [2, labelAccount],
  [2, addForeignEntry],
  [2, removeEntry],
  [1, dropRecord],
  [2, createForeign],
  [3, deleteForeign],
  [2, deleteCopy],
  [2, editCopy],
  [1, labelCopy],
  [1, freezeCopy],
  [1, stripLabel],
];

const MAKERS: Weighted = [...POLICY_MAKERS, ...SOURCE_MAKERS, ...NAMESPACE_MAKERS];

/**
 * After a fault each watch comes back in its own time, so that changes of several kinds could be seen in combinations that never were, and
 * a policy be frozen with what it had in one of them. So one kind changes in a fault, and of the sources one.
 */
const KINDS: readonly Weighted[] = [POLICY_MAKERS, SOURCE_MAKERS, NAMESPACE_MAKERS];

/** How the operator is stopped and started, and disturbed. */
export interface Disturbance {
  readonly text: string;
  /** Whether the operator does nothing until it is undone. */
  readonly away: boolean;
  /** Ends the operator, or its view of the cluster. @returns undoes it */
  begin(): Promise<() => Promise<void>>;
}

export interface RunOptions {
  readonly cluster: Cluster;
  readonly prefix: string;
  readonly seed: number;
  readonly operations: number;
  /** Milliseconds after which no further operation begins. */
  readonly budgetMs: number;
  /** What happens to the operator between operations, by weight; one comes about every second batch. */
  readonly disturbances: readonly (readonly [number, Disturbance])[];
  /** How long the cluster may take to come to rest; default 30 s. */
  readonly settlesWithinMs?: number;
  /** Called after each comparison that found no difference. */
  readonly progress?: (sofar: RunResult) => void;
  /** What else a failure's story needs: the operator's last words. */
  readonly lastWords: () => Promise<readonly string[]>;
}

export interface RunResult {
  readonly operations: number;
  readonly settles: number;
  readonly disturbances: number;
}

/**
 * Does random operations, and compares the cluster with the model about every ten of them.
 * @throws Error with the seed, what was done since the last comparison, and how cluster and model differ
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { seed, prefix, operations, budgetMs } = options;
  const state = new Run(options, {
    random: new Random(seed),
    prefix,
    inputs: { policies: [], sources: {} },
    namespaces: new Map(),
    count: 0,
  });
  const end = performance.now() + budgetMs;
  try {
    while (state.done < operations && performance.now() < end) await state.batch();
  } catch (error) {
    throw new Error(await state.story(error), { cause: error });
  }
  return state.result;
}

class Run {
  readonly #options: RunOptions;
  readonly #plan: Plan;
  #possible: Possible = certain({ policies: [], sources: {} }, new Map());
  #since: string[] = [];
  #before = '';
  #makers = MAKERS;
  /** The one that was changed last since the last comparison. */
  #source: string | undefined;
  /** The one under way. */
  #disturbance: { readonly away: boolean; readonly undo: () => Promise<void> } | undefined;
  done = 0;
  settles = 0;
  disturbed = 0;

  constructor(options: RunOptions, plan: Plan) {
    this.#options = options;
    this.#plan = plan;
  }

  get result(): RunResult {
    return { operations: this.done, settles: this.settles, disturbances: this.disturbed };
  }

  /** About ten operations; the operator may be away for some of them. */
  async batch(): Promise<void> {
    const { random } = this.#plan;
    const { disturbances } = this.#options;
    const from = disturbances.length > 0 && random.chance(0.4) ? random.int(BATCH) : BATCH;
    const to = from + random.int(BATCH - from + 1);
    const disturbance = disturbances.length > 0 ? random.weighted(disturbances) : undefined;
    for (let step = 0; step < BATCH; step++) {
      if (step === from && disturbance !== undefined) await this.#disturb(disturbance);
      if (step === to) await this.#undisturb();
      await this.#operation();
    }
    await this.#settle();
    this.#options.progress?.(this.result);
  }

  /** What to print when it went wrong. */
  async story(error: unknown): Promise<string> {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [
      `seed ${this.#options.seed}, after ${this.done} operations:`,
      text,
      `at the last comparison: ${this.#before}`,
      'since then:',
      ...this.#since,
      'the operator said last:',
      ...(await this.#options.lastWords()),
    ].join('\n  ');
  }

  async #operation(): Promise<void> {
    const operation = this.#next();
    if (this.#mustSettle(operation)) await this.#settle();
    this.#since.push(operation.text);
    this.#possible = after(this.#possible, operation.change, this.#disturbance?.away !== true);
    this.#plan.inputs = operation.change.inputs?.(this.#plan.inputs) ?? this.#plan.inputs;
    await operation.real(this.#options.cluster);
    this.done++;
    this.#source = operation.source ?? this.#source;
    if (this.#makers === SOURCE_MAKERS) this.#makers = NAMESPACE_MAKERS;
  }

  /** Each source has a watch of its own: of two that change at once either may be seen first. While nobody looks that is no matter. */
  #mustSettle({ settleFirst = false, source = this.#source }: Operation): boolean {
    const isSecond = this.#source !== undefined && source !== this.#source;
    return settleFirst || isCrowded(this.#possible) || (isSecond && this.#disturbance?.away !== true);
  }

  #next(): Operation {
    for (;;) {
      const maker = this.#plan.random.weighted(this.#makers);
      const operation = maker(this.#plan);
      if (operation !== undefined) return operation;
    }
  }

  async #disturb(disturbance: Disturbance): Promise<void> {
    if (!disturbance.away) await this.#settle();
    this.#since.push(`-- ${disturbance.text}`);
    this.disturbed++;
    const undo = await disturbance.begin();
    // Until then it may have acted.
    this.#possible = after(this.#possible, {}, true);
    this.#disturbance = { away: disturbance.away, undo };
    if (!disturbance.away) this.#makers = this.#plan.random.pick(KINDS);
  }

  async #undisturb(): Promise<void> {
    const disturbance = this.#disturbance;
    if (disturbance === undefined) return;
    this.#since.push('-- and back');
    this.#disturbance = undefined;
    await disturbance.undo();
  }

  async #settle(): Promise<void> {
    await this.#undisturb();
    this.#makers = MAKERS;
    this.#source = undefined;
    const allowed = settled(this.#possible);
    let last = '';
    try {
      await until(
        async () => {
          const look = await this.#compare(allowed);
          if (typeof look !== 'string') return look;
          last = look;
          return undefined;
        },
        { what: 'the cluster as the model says', within: this.#options.settlesWithinMs ?? SETTLES_WITHIN, every: 60 },
      );
    } catch (error) {
      throw new Error(last, { cause: error });
    }
  }

  /** @returns how they differ; true where they do not, and the model goes on from what is real */
  async #compare(allowed: ReadonlyMap<string, readonly Namespace[]>): Promise<string | true> {
    const { cluster } = this.#options;
    const [real, policies] = [await cluster.read(), await cluster.policies()];
    const { inputs } = this.#possible;
    const standing = inputs.policies.filter(({ deleting }) => !deleting);
    if (policies.map(({ metadata }) => metadata.name).join() !== standing.map(({ name }) => name).join())
      return `policies: expected ${standing.map(({ name }) => name).join()}, found ${policies.map((p) => p.metadata.name).join()}`;
    const differences = [...new Set([...allowed.keys(), ...real.keys()])].map((name) => {
      const found = real.get(name);
      const wrong = found === undefined ? 'is not there' : difference(allowed.get(name) ?? [], found);
      return wrong === undefined ? undefined : `namespace ${name}: ${wrong}`;
    });
    const rest = { inputs: { ...inputs, policies: standing }, namespaces: real };
    const statuses = standing.map((policy) => {
      const found = policies.find(({ metadata }) => metadata.name === policy.name);
      const wrong = found === undefined ? 'is gone' : statusDifference(real, rest.inputs, policy, found);
      return wrong === undefined ? undefined : `policy ${policy.name}: ${wrong}`;
    });
    const text = [...differences, ...statuses].filter((line) => line !== undefined).join('\n    ');
    if (text !== '') return text;
    if (canonical([...(await cluster.read())]) !== canonical([...real])) return 'still changing';
    this.#accept(rest.inputs, real);
    return true;
  }

  #accept(inputs: Possible['inputs'], real: ReadonlyMap<string, Namespace>): void {
    this.#possible = compared(this.#possible, inputs, real);
    this.#before = canonical({ inputs, namespaces: Object.fromEntries(real) });
    this.#since = [];
    this.#plan.inputs = inputs;
    this.settles++;
  }
}
