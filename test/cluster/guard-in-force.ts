import { API_GROUP, API_VERSION, POLICY_KIND, POLICY_PLURAL } from '../../src/names.ts';
import type { ControlPlane } from './control-plane.ts';
import { until } from './wait.ts';

const WITHIN = 60_000;

/** A policy that matches no namespace, there for a moment so that the operator can be seen failing to change its spec. */
const POLICY = {
  apiVersion: `${API_GROUP}/${API_VERSION}`,
  kind: POLICY_KIND,
  metadata: { name: 'guard-probe' },
  spec: {
    credentials: [{ secretRef: { name: 'guard-probe' } }],
    namespaces: { include: ['guard-probe-no-such-namespace'] },
  },
};

const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'guard-probe', namespace: 'default' },
  type: 'Opaque',
};

interface Attempt {
  readonly args: readonly string[];
  readonly input?: string;
}

/** One request for each policy of the guard that RBAC allows and the guard must refuse. Dry runs: they change nothing if it does not. */
const ATTEMPTS: readonly Attempt[] = [
  { args: ['create', '--dry-run=server', '--validate=false', '-f', '-'], input: JSON.stringify(SECRET) },
  { args: patch('serviceaccount/default', { metadata: { labels: { 'guard-probe': 'yes' } } }) },
  { args: patch(`${POLICY_PLURAL}/guard-probe`, { metadata: { labels: { 'guard-probe': 'yes' } } }) },
];

/**
 * Waits until the guard refuses: the API server compiles admission policies some time after it took them.
 * @param kubeconfig of the operator's ServiceAccount
 * @throws Error when it does not within a minute.
 */
export async function guardInForce(plane: ControlPlane, kubeconfig: string): Promise<void> {
  await plane.apply({ yaml: JSON.stringify(POLICY) });
  for (const attempt of ATTEMPTS) {
    const what = `the guard refuses: kubectl ${attempt.args.join(' ')}`;
    await until(() => refused(plane, attempt, kubeconfig), { what, within: WITHIN });
  }
  await plane.kubectl(['delete', POLICY_PLURAL, POLICY.metadata.name]);
}

async function refused(
  plane: ControlPlane,
  { args, ...input }: Attempt,
  kubeconfig: string,
): Promise<true | undefined> {
  const { code, stderr } = await plane.kubectl(args, { kubeconfig, ...input });
  return code !== 0 && stderr.includes('ValidatingAdmissionPolicy') ? true : undefined;
}

function patch(object: string, change: unknown): string[] {
  return [
    'patch',
    object,
    '--namespace=default',
    '--dry-run=server',
    '--type=merge',
    `--patch=${JSON.stringify(change)}`,
  ];
}
