import type { Listener } from './api-server.ts';
import { freePort } from './ports.ts';
import type { User } from './users.ts';

/** What differs between a control plane on its own and one with a node. */
export interface Profile {
  /** Asked for at each attempt to start. */
  readonly listener: () => Promise<Listener>;
  /** Flags of the API server besides those that every control plane has. */
  readonly apiServerFlags: readonly string[];
  /** Controllers to run; `*` for those that run by default. */
  readonly controllers: readonly string[];
  /** Users besides the administrator, the controller manager and those without rights. */
  readonly users: readonly User[];
}

const LOOPBACK = '127.0.0.1';

/** On 127.0.0.1, without nodes. No pod runs there, so no controller of workloads does. */
export const WITHOUT_NODES: Profile = {
  listener: async () => ({ bindAddress: LOOPBACK, address: LOOPBACK, port: await freePort() }),
  // A loopback address cannot be published, and nobody looks for it there.
  apiServerFlags: ['--endpoint-reconciler-type=none'],
  controllers: [
    'clusterrole-aggregation-controller',
    'garbage-collector-controller',
    'namespace-controller',
    'resourcequota-controller',
    'serviceaccount-controller',
    'serviceaccount-token-controller',
    'validatingadmissionpolicy-status-controller',
  ],
  users: [],
};
