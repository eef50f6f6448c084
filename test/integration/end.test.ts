import { expect } from 'chai';
import type { KubeObject } from '../../src/api/objects.ts';
import { NAMESPACES, POLICIES, SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import {
  CLEANUP_FINALIZER,
  CONTRIBUTORS_ANNOTATION,
  MANAGED_BY_LABEL,
  PULL_SECRETS_ANNOTATION,
  RETAINED_ANNOTATION,
} from '../../src/names.ts';
import {
  annotationsOf,
  asSeenByOthers,
  authsOf,
  labelsOf,
  uidOf,
  CONFIG_MAPS,
  COPY,
  login,
  opaque,
} from './objects.ts';
import type { Scene } from './scene.ts';
import { useWorld } from './world.ts';

const HOLD = 'example.com/hold';

describe('the end of a policy', () => {
  const world = useWorld('end');

  async function inOrder(name: string, spec: object = {}): Promise<{ scene: Scene; namespace: string }> {
    const scene = world().scene(name);
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy(spec);
    await scene.untilSynced(1);
    return { scene, namespace };
  }

  /** Everything in these namespaces that an operator of this kind could touch, and the namespaces. */
  async function everything(namespaces: readonly string[]): Promise<readonly object[]> {
    const found: KubeObject[] = [];
    for (const namespace of namespaces) {
      found.push(await world().api.get(NAMESPACES, { name: namespace }));
      found.push(...(await world().api.list(SECRETS, { namespace })).items);
      found.push(...(await world().api.list(SERVICE_ACCOUNTS, { namespace })).items);
      found.push(...(await world().api.list(CONFIG_MAPS, { namespace })).items);
    }
    return found.map(asSeenByOthers);
  }

  it('leaves every namespace exactly as it was before', async () => {
    const scene = world().scene('undo');
    const namespaces = await Promise.all(['a', 'b', 'c'].map((suffix) => scene.namespace(suffix)));
    const [a = '', b = ''] = namespaces;
    await world().api.create(SECRETS, { namespace: a }, { metadata: { name: 'theirs' }, ...opaque({ k: 'dg==' }) });
    await world().api.create(SECRETS, { namespace: b }, { metadata: { name: COPY }, ...opaque({ k: 'dg==' }) });
    await world().api.create(
      SERVICE_ACCOUNTS,
      { namespace: a },
      { metadata: { name: 'app', annotations: { note: 'n' } }, imagePullSecrets: [{ name: 'theirs' }] },
    );
    const before = await everything(namespaces);
    await scene.source();
    await scene.policy({ serviceAccounts: { names: ['*'] }, secret: { labels: { team: 'a' } } });
    await scene.untilPolicy('synced but for the conflict', ({ status }) => status?.namespaces?.summary === '2/3');
    expect(await everything(namespaces)).to.not.deep.equal(before);
    await scene.end();
    expect(await everything(namespaces)).to.deep.equal(before);
  });

  it('is guarded by a finalizer on the policy, and on nothing else', async () => {
    const { scene, namespace } = await inOrder('finalizer');
    expect((await scene.found())?.metadata.finalizers).to.deep.equal([CLEANUP_FINALIZER]);
    expect((await scene.secret(namespace))?.metadata.finalizers).to.equal(undefined);
    expect((await scene.account(namespace))?.metadata.finalizers).to.equal(undefined);
    expect((await world().api.get(NAMESPACES, { name: namespace })).metadata.finalizers).to.equal(undefined);
  });

  it('takes the series of the policy out of the metrics', async () => {
    const { scene } = await inOrder('series');
    const mentions = async (): Promise<boolean> => (await world().operator.metrics()).includes(`"${scene.name}"`);
    expect(await mentions()).to.equal(true);
    await scene.end();
    await scene.until('no series', async () => ((await mentions()) ? undefined : true));
  });

  it('with deletionPolicy: Retain leaves copy and entry in use, unmarked, and a later policy takes them back', async () => {
    const { scene, namespace } = await inOrder('retain', { deletionPolicy: 'Retain' });
    const before = await scene.secret(namespace);
    await scene.end();
    const left = await scene.secret(namespace);
    expect(uidOf(left)).to.equal(uidOf(before));
    expect(left?.data).to.deep.equal(before?.data);
    expect(labelsOf(left)).to.not.have.property(MANAGED_BY_LABEL);
    expect(annotationsOf(left)).to.not.have.property(CONTRIBUTORS_ANNOTATION);
    expect(annotationsOf(left)).to.have.property(RETAINED_ANNOTATION);
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);

    await scene.policy({ deletionPolicy: 'Delete' }, '-again');
    await scene.untilSynced(1, '-again');
    const back = await scene.secret(namespace);
    expect(uidOf(back)).to.equal(uidOf(before));
    expect(annotationsOf(back)).to.deep.equal({
      [CONTRIBUTORS_ANNOTATION]: JSON.stringify({ [`${scene.name}-again`]: ['registry.example.com'] }),
    });
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
    await scene.end('-again');
    expect(await scene.secret(namespace)).to.equal(undefined);
    expect(await scene.entries(namespace)).to.deep.equal([]);
    expect(annotationsOf(await scene.account(namespace))).to.not.have.property(RETAINED_ANNOTATION);
  });

  it('does not delete what was retained when a policy that never matched there goes', async () => {
    const { scene, namespace } = await inOrder('retained', { deletionPolicy: 'Retain' });
    await scene.end();
    const left = await scene.secret(namespace);
    await scene.namespace('b');
    await scene.policy({ namespaces: { include: [`${scene.name}-b`] } }, '-other');
    await scene.untilSynced(1, '-other');
    await scene.end('-other');
    expect(await scene.secret(namespace)).to.deep.equal(left);
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
  });

  it('comes at the next start where the policy was deleted while no operator ran', async () => {
    const { scene, namespace } = await inOrder('away');
    await world().operator.stop();
    await world().api.delete(POLICIES, { name: scene.name });
    expect(await scene.secret(namespace)).to.not.equal(undefined);
    expect((await scene.found())?.metadata.deletionTimestamp).to.not.equal(undefined);
    await world().start();
    await scene.until('policy gone', async () => ((await scene.found()) === undefined ? true : undefined));
    expect(await scene.secret(namespace)).to.equal(undefined);
    expect(await scene.entries(namespace)).to.deep.equal([]);
  });

  /** An account with a record of ours, and with so many entries that the guard cannot check a change of them within its budget. */
  async function unwritableAccount(namespace: string): Promise<void> {
    const theirs = Array.from({ length: 4_000 }, (_, n) => ({ name: `theirs-${n.toString()}` }));
    const annotations = { [PULL_SECRETS_ANNOTATION]: JSON.stringify([COPY]) };
    const account = { metadata: { name: 'fat', annotations }, imagePullSecrets: [...theirs, { name: COPY }] };
    await world().api.create(SERVICE_ACCOUNTS, { namespace }, account);
  }

  it('comes as soon as what it waited for is gone', async () => {
    const { scene, namespace } = await inOrder('waited');
    await unwritableAccount(namespace);
    await world().api.delete(POLICIES, { name: scene.name });
    await scene.until('a policy that waits', async () =>
      (await scene.condition('Ready'))?.message.startsWith('being deleted; waits for') === true ? true : undefined,
    );
    await world().api.delete(SERVICE_ACCOUNTS, { namespace, name: 'fat' });
    await scene.until('policy gone', async () => ((await scene.found()) === undefined ? true : undefined));
    expect(await scene.secret(namespace)).to.equal(undefined);
  });

  it('is not held up by a record in a namespace that it never matched: anybody could forge one', async () => {
    const { scene } = await inOrder('forged');
    await scene.policy({ namespaces: { include: [`${scene.name}-a`] } }, '-other');
    await scene.untilSynced(1, '-other');
    await scene.end();
    const elsewhere = await scene.namespace('b');
    await unwritableAccount(elsewhere);
    await world().api.delete(POLICIES, { name: `${scene.name}-other` });
    await scene.until('policy gone', async () => ((await scene.found('-other')) === undefined ? true : undefined));
    await world().api.delete(SERVICE_ACCOUNTS, { namespace: elsewhere, name: 'fat' });
  });

  it('does not wait for namespaces that are terminating themselves', async () => {
    const scene = world().scene('terminating');
    const [held, free] = [await scene.namespace('a'), await scene.namespace('b')];
    await scene.source();
    await scene.policy();
    await scene.untilSynced(2);
    await world().api.patch(SECRETS, { namespace: held, name: COPY }, { metadata: { finalizers: [HOLD] } }, 'merge');
    await world().api.delete(NAMESPACES, { name: held });
    await scene.untilSynced(1);
    await scene.end();
    expect(await scene.secret(free)).to.equal(undefined);
    expect(await scene.secret(held)).to.not.equal(undefined);
    await world().api.patch(SECRETS, { namespace: held, name: COPY }, { metadata: { finalizers: null } }, 'merge');
  });

  it("waits where somebody's finalizer holds a copy, says for what, and goes on when it is let go", async () => {
    const { scene, namespace } = await inOrder('held');
    await hold(namespace);
    await world().api.delete(POLICIES, { name: scene.name });
    const waiting = await scene.untilPolicy('waiting', ({ status }) =>
      (status?.conditions ?? []).some(({ type, message }) => type === 'Ready' && message.includes('waits for')),
    );
    const ready = waiting.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).to.contain(`Secret ${namespace}/${COPY}`);
    await scene.untilPolicy('telling of Terminating', ({ status }) => status?.failures?.[0]?.reason === 'Terminating');
    await release(namespace);
    await scene.until('policy gone', async () => ((await scene.found()) === undefined ? true : undefined));
    expect(await scene.secret(namespace)).to.equal(undefined);
  });

  it('can be brought about by a person with deletionPolicy: Retain', async () => {
    const { scene, namespace } = await inOrder('given-up');
    await hold(namespace);
    await world().api.delete(POLICIES, { name: scene.name });
    await scene.untilPolicy('stuck', ({ status }) =>
      (status?.conditions ?? []).some(({ type, status: holds }) => type === 'Stalled' && holds === 'True'),
    );
    expect((await scene.condition('Stalled'))?.message).to.contain('deletionPolicy: Retain');
    await scene.patchPolicy({ deletionPolicy: 'Retain' });
    await scene.until('policy gone', async () => ((await scene.found()) === undefined ? true : undefined));
    await release(namespace);
  });

  it('leaves the entry of a deleted policy to another that wants it', async () => {
    const { scene, namespace } = await inOrder('shared');
    await scene.policy({}, '-other');
    await scene.untilSynced(1, '-other');
    await scene.end();
    expect(await scene.entries(namespace)).to.deep.equal([COPY]);
    expect(authsOf(await scene.secret(namespace))).to.deep.equal({ 'registry.example.com': login('user', 'first') });
  });

  const finalizers = (namespace: string, value: readonly string[] | null) =>
    world().api.patch(SECRETS, { namespace, name: COPY }, { metadata: { finalizers: value } }, 'merge');
  const hold = (namespace: string) => finalizers(namespace, [HOLD]);
  const release = (namespace: string) => finalizers(namespace, null);
});
