import { SAMPLE } from '../sample.ts';
import { rotateSource } from '../source.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { everythingInOrder, findSecret } from '../world.ts';
import { COPY } from '../sample.ts';

const NEW_NAMESPACE = 'preview';

/** The policy takes effect, and follows what changes. */
export const sync: readonly Step[] = [
  { title: 'initial sync', run: initialSync },
  { title: 'what kubectl says', run: table },
  { title: 'rotation: the source Secret gets a new password', run: rotation },
  { title: `a new namespace, ${NEW_NAMESPACE}`, run: newNamespace },
];

async function initialSync(stage: Stage): Promise<string> {
  stage.note('$ kubectl apply -f config/samples/docker-hub.yaml');
  await stage.kubectl(['apply', '-f', SAMPLE]);
  const uids = await everythingInOrder(stage, 'every namespace has the Secret and the entry');
  return `${uids.size} namespaces have the Secret, and their ServiceAccount default the entry`;
}

async function table(stage: Stage): Promise<undefined> {
  await stage.show('get', 'rcp');
}

async function rotation(stage: Stage): Promise<string> {
  const before = await everythingInOrder(stage, 'every copy is as its source');
  await rotateSource(stage);
  const after = await everythingInOrder(stage, 'every copy has the new password');
  const replaced = [...before].filter(([namespace, uid]) => after.get(namespace) !== uid);
  if (replaced.length > 0) throw new Error(`copies were made anew in ${replaced.map(([name]) => name).join(', ')}`);
  return `all ${after.size} copies have it, each still the same object`;
}

async function newNamespace(stage: Stage): Promise<string> {
  await stage.act('create', 'namespace', NEW_NAMESPACE);
  await stage.until('the new namespace has the Secret', () => findSecret(stage, NEW_NAMESPACE, COPY));
  const uids = await everythingInOrder(stage, 'the new namespace is in order');
  return `covered; ${uids.size} namespaces now`;
}
