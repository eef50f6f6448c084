import { COPY, POLICY } from '../sample.ts';
import { rotateSource } from '../source.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { everythingInOrder, findAccount, findSecret, hasEntry, policyStatus } from '../world.ts';

const NAMESPACE = 'legacy';

/** A Secret of somebody else stands in the way. */
export const conflict: readonly Step[] = [
  { title: `a namespace that the policy leaves out, ${NAMESPACE}, has a Secret of that name already`, run: leaveOut },
  { title: 'the policy includes it: the foreign Secret is left alone, and reported', run: collide },
  { title: 'the foreign Secret goes', run: heal },
];

const patchNamespaces = (namespaces: object | null): string[] => [
  'patch',
  'rcp',
  POLICY,
  '--type=merge',
  '-p',
  JSON.stringify({ spec: { namespaces } }),
];

async function leaveOut(stage: Stage): Promise<undefined> {
  await stage.act(...patchNamespaces({ exclude: [NAMESPACE] }));
  await stage.until('the policy has taken the change', async () => {
    const { isReady } = await policyStatus(stage);
    return isReady ? true : undefined;
  });
  await stage.act('create', 'namespace', NAMESPACE);
  await stage.until('its ServiceAccount', () => findAccount(stage, NAMESPACE));
  await rotateSource(stage, NAMESPACE, COPY);
  await everythingInOrder(stage, 'all other namespaces are in order', [NAMESPACE]);
  return undefined;
}

async function collide(stage: Stage): Promise<string> {
  const before = JSON.stringify(await findSecret(stage, NAMESPACE, COPY));
  await stage.act(...patchNamespaces(null));
  const failure = await stage.until(`Conflict in ${NAMESPACE}`, async () => {
    const { isCurrent, failures } = await policyStatus(stage);
    return isCurrent
      ? failures.find(({ namespace, reason }) => namespace === NAMESPACE && reason === 'Conflict')
      : undefined;
  });
  if (JSON.stringify(await findSecret(stage, NAMESPACE, COPY)) !== before)
    throw new Error('the foreign Secret was changed');
  if (hasEntry(await findAccount(stage, NAMESPACE))) throw new Error('the ServiceAccount refers to the foreign Secret');
  await stage.show('get', 'rcp', '-o', 'wide');
  await stage.show(
    'get',
    'rcp',
    POLICY,
    '-o',
    'jsonpath={range .status.failures[*]}{.namespace}: {.reason}: {.message}{end}',
  );
  return failure.reason;
}

async function heal(stage: Stage): Promise<string> {
  await stage.act('-n', NAMESPACE, 'delete', 'secret', COPY);
  const uids = await everythingInOrder(stage, `a copy in ${NAMESPACE}`);
  await stage.show('get', 'rcp', '-o', 'wide');
  return `the copy takes its place; ${uids.size} namespaces in order`;
}
