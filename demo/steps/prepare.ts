import { installOperator } from '../../test/cluster/install-operator.ts';
import { MANAGED_BY_LABEL, MANAGED_BY_VALUE, OPERATOR_NAME } from '../../src/names.ts';
import { rotateSource } from '../source.ts';
import type { Others } from '../others.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { findAccount } from '../world.ts';

const NAMESPACES = ['payments', 'web', 'batch'];

/** A team's own registry login, in place before the policy and to be there after it. */
const TEAM_ENTRY = { imagePullSecrets: [{ name: 'team-registry' }] };

/** Everything that is there before the first policy. */
export const prepare = (others: Others): readonly Step[] => [
  { title: 'config/default applied: CRD, RBAC, and the guard refuses what it must', run: install },
  { title: `namespaces ${NAMESPACES.join(', ')}, with things of other people in them`, run: populate },
  {
    title: `the source: Secret docker-hub in ${OPERATOR_NAME}`,
    run: async (stage) => {
      await rotateSource(stage);
      await others.remember(stage);
      return undefined;
    },
  },
  { title: 'the operator runs, with the rights of its ServiceAccount alone', run: startOperator },
];

async function install({ plane }: Stage): Promise<undefined> {
  await installOperator(plane);
}

async function populate(stage: Stage): Promise<undefined> {
  for (const namespace of NAMESPACES) await stage.act('create', 'namespace', namespace);
  for (const namespace of NAMESPACES)
    await stage.until(`ServiceAccount ${namespace}/default`, () => findAccount(stage, namespace));
  await stage.act('-n', 'web', 'create', 'secret', 'generic', 'session-key', '--from-literal=key=value');
  await stage.act('-n', 'web', 'patch', 'serviceaccount', 'default', '-p', JSON.stringify(TEAM_ENTRY));
  // The label alone does not make it ours: backup tools and kustomize copy labels.
  await stage.act('-n', 'batch', 'create', 'secret', 'generic', 'restored', '--from-literal=key=value');
  await stage.act('-n', 'batch', 'label', 'secret', 'restored', `${MANAGED_BY_LABEL}=${MANAGED_BY_VALUE}`);
}

async function startOperator(stage: Stage): Promise<string> {
  await stage.startOperator(await stage.plane.serviceAccountKubeconfig(OPERATOR_NAME, OPERATOR_NAME));
  const { healthUrl } = stage.operator;
  await stage.until('the operator is ready', async () => {
    const { status } = await fetch(`${healthUrl}/readyz`);
    return status === 200 ? true : undefined;
  });
  return `pid ${stage.operator.pid}`;
}
