import { setTimeout as pause } from 'node:timers/promises';
import { type AuditEvent, auditEvents, auditMark } from '../test/cluster/audit.ts';
import { until } from '../test/cluster/wait.ts';
import { type Field, OPERATOR_USER } from './field.ts';

/** Without a request for so long, the operator is at rest. Longer than it holds back a status. */
const QUIET_MS = 2000;
const WITHIN = { within: 120_000, every: 200 };

/** Requests of the operator within some time, by what they are. */
export interface Requests {
  /** Lease renewals: the leader's sign of life. */
  readonly lease: number;
  readonly writes: number;
  readonly lists: number;
  readonly gets: number;
  /** Watches that ended; the others hold on without a request. */
  readonly watches: number;
}

/** Resolves when the operator has sent nothing but Lease renewals for two seconds. */
export async function atRest({ plane: { auditLog } }: Field): Promise<void> {
  let mark = await auditMark(auditLog);
  let since = performance.now();
  await until(
    async () => {
      const { lease, ...others } = count(await auditEvents(auditLog, mark));
      if (Object.values(others).some((requests) => requests > 0)) {
        mark = await auditMark(auditLog);
        since = performance.now();
      }
      return performance.now() - since > QUIET_MS ? lease : undefined;
    },
    { what: 'the operator at rest', ...WITHIN },
  );
}

/** What the operator asks of the API server while nothing happens. @param seconds to listen */
export async function measureIdle({ plane: { auditLog } }: Field, seconds: number): Promise<Requests> {
  const mark = await auditMark(auditLog);
  await pause(seconds * 1000);
  return count(await auditEvents(auditLog, mark));
}

/** Counts the operator's requests. Pure. */
export function count(events: readonly AuditEvent[]): Requests {
  const own = events.filter(({ user }) => user.username === OPERATOR_USER);
  const isLease = ({ objectRef }: AuditEvent): boolean => objectRef?.resource === 'leases';
  const others = own.filter((event) => !isLease(event));
  const of = (...verbs: string[]): number => others.filter(({ verb }) => verbs.includes(verb)).length;
  return {
    lease: own.length - others.length,
    writes: of('create', 'update', 'patch', 'delete', 'deletecollection'),
    lists: of('list'),
    gets: of('get'),
    watches: of('watch'),
  };
}
