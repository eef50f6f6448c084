import { COPY } from '../sample.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { everythingInOrder } from '../world.ts';

const NAMESPACE = 'payments';
const EMPTY_CONFIG = { data: { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') } };

/** What somebody breaks comes back. */
export const drift: readonly Step[] = [
  { title: 'drift: somebody empties a copy', run: editedCopy },
  { title: 'drift: somebody deletes a copy', run: deletedCopy },
  { title: 'drift: somebody removes the entry from a ServiceAccount', run: removedEntry },
];

async function editedCopy(stage: Stage): Promise<string> {
  const before = await everythingInOrder(stage, 'all is in order before the edit');
  await stage.act('-n', NAMESPACE, 'patch', 'secret', COPY, '--type=merge', '-p', JSON.stringify(EMPTY_CONFIG));
  const after = await everythingInOrder(stage, 'the copy has its credentials again');
  if (after.get(NAMESPACE) !== before.get(NAMESPACE)) throw new Error('the copy was made anew');
  return 'filled again, in place';
}

async function deletedCopy(stage: Stage): Promise<string> {
  const before = await everythingInOrder(stage, 'all is in order before the deletion');
  await stage.act('-n', NAMESPACE, 'delete', 'secret', COPY);
  const after = await everythingInOrder(stage, 'the copy is there again');
  if (after.get(NAMESPACE) === before.get(NAMESPACE)) throw new Error('the copy was never gone');
  return 'made again';
}

async function removedEntry(stage: Stage): Promise<string> {
  await stage.act(
    '-n',
    NAMESPACE,
    'patch',
    'serviceaccount',
    'default',
    '--type=merge',
    '-p',
    '{"imagePullSecrets":null}',
  );
  await everythingInOrder(stage, 'the ServiceAccount has the entry again');
  return 'added again';
}
