/** Parts of the dashboard's queries. `$__range` is the time that the reader chose, `$__rate_interval` one step of a line. */

const LEADER = 'leader_election_master_status{name="registry-credential-operator"}';

/** Replicas, whether they lead or not. */
export const REPLICAS = `count(${LEADER})`;
export const LEADERS = `sum(${LEADER})`;

/** Of series that every controller and every process has: those of this operator's replicas. */
export const ours = (expr: string): string => `${expr} and on (job, instance) ${LEADER}`;

/** Nothing counted is 0 where the operator is scraped, and no data where it is not. */
export const orZero = (expr: string): string => `${expr} or ${LEADERS} * 0`;

/**
 * What a counter counted within a time, by some labels. A series begins with its first count, which increase() alone cannot see: all of
 * a series that was not there before is new, and still counts when its replica has gone. Where the replica was not scraped then, although it
 * was within the 6 hours before, nobody knows what is new.
 */
export function counted(metric: string, by: readonly string[], range: '15m' | '$__range' | '$__rate_interval'): string {
  const unseen = `(last_over_time(${LEADER}[6h] offset ${range}) unless ${LEADER} offset ${range})`;
  const fresh = `(last_over_time(${metric}[${range}]) unless ${metric} offset ${range} unless on (job, instance) ${unseen})`;
  return `sum by (${by.join(', ')}) (${fresh} or increase(${metric}[${range}]))`;
}

/** The 50 greatest that are not 0, for tables. */
export const worst = (expr: string): string => `topk(50, ${expr} > 0)`;

/** A gauge that only the leader has: around a change of leader two replicas may have it. */
export const leaders = (gauge: string, by: readonly string[]): string => `max by (${by.join(', ')}) (${gauge})`;

export const condition = (type: string, status: string): string =>
  leaders(`registry_credentials_policy_condition{type="${type}", status="${status}"}`, ['policy']);

export const namespaces = (state: string): string =>
  leaders(`registry_credentials_policy_namespaces{state="${state}"}`, ['policy']);

export const accounts = (state: string): string =>
  leaders(`registry_credentials_policy_service_accounts{state="${state}"}`, ['policy']);

/** Of a histogram's observations within one step of the line. @param share 0 to 1 */
export const quantile = (share: number, histogram: string, selection = (expr: string): string => expr): string =>
  `histogram_quantile(${share.toString()}, sum by (le) (${selection(`rate(${histogram}_bucket[$__rate_interval])`)}))`;
