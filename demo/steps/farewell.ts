import { SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { CONTRIBUTORS_ANNOTATION, PULL_SECRETS_ANNOTATION } from '../../src/names.ts';
import type { Others } from '../others.ts';
import { COPY, POLICY } from '../sample.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { hasEntry } from '../world.ts';

/** The policy goes, and all of it is undone. */
export const farewell = (others: Others): readonly Step[] => [
  { title: 'the policy is deleted', run: deletePolicy },
  { title: 'things of others', run: (stage) => compare(stage, others) },
];

async function deletePolicy(stage: Stage): Promise<string> {
  await stage.act('delete', 'rcp', POLICY, '--timeout=60s');
  const left = await remains(stage);
  if (left.length > 0) throw new Error(`still there: ${left.join(', ')}`);
  await stage.show('get', 'secrets', '-A', `--field-selector=metadata.name=${COPY}`);
  return 'every copy and every entry is gone';
}

/** The finalizer holds the policy until nothing of it is left, so there is nothing to wait for. */
async function remains({ api }: Stage): Promise<readonly string[]> {
  const [secrets, accounts] = await Promise.all([api.list(SECRETS, {}), api.list(SERVICE_ACCOUNTS, {})]);
  const copies = secrets.items.filter(
    ({ metadata: { name, annotations } }) => name === COPY || annotations?.[CONTRIBUTORS_ANNOTATION] !== undefined,
  );
  const marked = accounts.items.filter(
    (account) => hasEntry(account) || account.metadata.annotations?.[PULL_SECRETS_ANNOTATION] !== undefined,
  );
  return [...copies, ...marked].map(({ metadata: { namespace = '', name } }) => `${namespace}/${name}`);
}

async function compare(stage: Stage, others: Others): Promise<string> {
  const changed = await others.changed(stage);
  if (changed.length > 0) throw new Error(`changed: ${changed.join(', ')}`);
  return `all ${others.count} Secrets and ServiceAccounts are there as before, byte for byte`;
}
