import type { Clock } from '../../runtime/clock.ts';
import type { CoveringPolicy } from '../coverage/coverage.ts';
import type { PullReport } from './report.ts';

/** So many times as long as reports take, they rest: they cost a twentieth of a processor at most. */
const REST = 20;
/** What a status says is no older than this because of it. */
const LONGEST_MS = 60_000;

interface Made {
  readonly policy: CoveringPolicy;
  readonly report: PullReport;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Milliseconds. */
  readonly cost: number;
}

/** Makes reports the more seldom the longer those of all policies take, which grows with policies times images that wait. */
export class ReportPace {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #made = new Map<string, Made>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /**
   * What there is to say of the policy: the last report, with the time until the next, where it is too early for another one.
   * @param policies all that there are
   */
  report(policy: CoveringPolicy, policies: readonly CoveringPolicy[], make: () => PullReport): PullReport {
    this.#forgetOthers(policies);
    const now = this.#clock.now();
    const last = this.#made.get(policy.name);
    const dueInMs = last?.policy === policy ? last.at + this.#restMs() - now : 0;
    if (last !== undefined && dueInMs > 0) return { ...last.report, recheckInMs: dueInMs };
    const report = make();
    const at = this.#clock.now();
    this.#made.set(policy.name, { policy, report, at, cost: at - now });
    return report;
  }

  #restMs(): number {
    const cost = this.#made.values().reduce((sum, made) => sum + made.cost, 0);
    return Math.min(REST * cost, LONGEST_MS);
  }

  #forgetOthers(policies: readonly CoveringPolicy[]): void {
    const names = new Set<string>(policies.map(({ name }) => name));
    for (const name of this.#made.keys()) if (!names.has(name)) this.#made.delete(name);
  }
}
