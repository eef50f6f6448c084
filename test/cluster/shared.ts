import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { installOperator, type OperatorCluster } from './install-operator.ts';

/**
 * One control plane for a whole run of mocha, started when the first test asks for it. Policies are cluster-scoped: tests keep to namespaces
 * with a prefix of their own (`include: [prefix-*]`). To be named in mocha's `require`, so that the control plane is stopped at the end.
 */
let shared: Promise<ControlPlane> | undefined;
let operator: Promise<OperatorCluster> | undefined;

/** The control plane of this run. The first call starts it: 5 s, and minutes on a machine where the binaries must be built first. */
export function cluster(): Promise<ControlPlane> {
  shared ??= startControlPlane();
  return shared;
}

/** The same control plane with `config/default` applied and its guard in force, and a kubeconfig of the operator's ServiceAccount. */
export function operatorCluster(): Promise<OperatorCluster> {
  operator ??= cluster().then(installOperator);
  return operator;
}

/**
 * For the body of a `describe`: has the control plane ready before its tests, without mocha's time limit.
 * @returns the control plane, to be called within tests and hooks
 */
export function useCluster(): () => ControlPlane {
  return readyBefore(cluster);
}

/** As `useCluster`, with the operator's CRD, RBAC and guard installed. */
export function useOperatorCluster(): () => OperatorCluster {
  return readyBefore(operatorCluster);
}

/** Called by mocha after all tests. */
export async function mochaGlobalTeardown(): Promise<void> {
  const plane = await shared?.catch(() => undefined);
  await plane?.stop();
}

function readyBefore<T>(start: () => Promise<T>): () => T {
  let ready: { readonly value: T } | undefined;
  before(async function () {
    this.timeout(0);
    ready = { value: await start() };
  });
  return () => {
    if (ready === undefined)
      throw new Error('the cluster is there only within tests and hooks, not while they are declared');
    return ready.value;
  };
}
