import { expect } from 'chai';
import type { KubeObject } from '../../src/api/objects.ts';
import { SECRETS } from '../../src/kube/resources.ts';
import { SECRET_NAMES_ROLE } from '../../src/names.ts';
import { CLUSTER_ROLES, COPY, opaque, authsOf } from './objects.ts';
import { conditionOf } from './scene.ts';
import { useWorld, type World } from './world.ts';

/** Names that only these tests use; the role is put back at the end. */
const NAMES = { second: 'names-second', third: 'names-third', late: 'names-late', unseen: 'names-unseen' };

function useSecretNames(world: () => World, names: readonly string[]): void {
  let rules: unknown;
  before(async () => {
    const role = await world().api.get(CLUSTER_ROLES, { name: SECRET_NAMES_ROLE });
    rules = rulesOf(role);
    const add = names.map((value) => ({ op: 'add', path: '/rules/0/resourceNames/-', value }));
    await world().api.patch(CLUSTER_ROLES, { name: SECRET_NAMES_ROLE }, add, 'json');
  });
  // Not by the world's connection: that is closed by now.
  after(async () => {
    const patch = JSON.stringify({ rules });
    const { plane } = world().cluster;
    const { code, stderr } = await plane.kubectl([
      'patch',
      'clusterrole',
      SECRET_NAMES_ROLE,
      '--type=merge',
      '-p',
      patch,
    ]);
    expect(code, stderr).to.equal(0);
  });
}

const rulesOf = (role: KubeObject): unknown => ('rules' in role ? role.rules : undefined);

describe('a policy whose spec.secret.name changes', () => {
  const world = useWorld('rename');
  useSecretNames(world, [NAMES.second, NAMES.third]);

  it('has the new copy and entry before the old ones go, and remembers no name too long', async () => {
    const scene = world().scene('plain');
    const namespaces = await Promise.all(['a', 'b'].map((suffix) => scene.namespace(suffix)));
    await scene.source();
    await scene.policy();
    await scene.untilSynced(2);
    expect((await scene.found())?.status?.secretNames).to.deep.equal([COPY]);
    await scene.patchPolicy({ secret: { name: NAMES.second } });
    for (const namespace of namespaces) {
      await scene.untilNoSecret(namespace);
      expect(authsOf(await scene.secret(namespace, NAMES.second))).to.have.property('registry.example.com');
      expect(await scene.entries(namespace)).to.deep.equal([NAMES.second]);
    }
    await scene.untilPolicy('knows the new name alone', ({ status }) => status?.secretNames?.join() === NAMES.second);
    await scene.untilSynced(2);
    await scene.end();
    for (const namespace of namespaces) {
      expect(await scene.secret(namespace, NAMES.second)).to.equal(undefined);
      expect(await scene.entries(namespace)).to.deep.equal([]);
    }
  });

  it('leaves no moment without a working entry, also when it is renamed twice in a row', async () => {
    const scene = world().scene('twice');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy();
    await scene.untilSynced(1);
    const gaps: string[] = [];
    const over = new AbortController();
    const watching = (async () => {
      while (!over.signal.aborted) {
        const entries = await scene.entries(namespace);
        const held = await Promise.all(entries.map((name) => scene.secret(namespace, name)));
        const again = await scene.entries(namespace);
        // Entries that changed in between say nothing about one moment.
        if (entries.join() === again.join() && held.every((secret) => secret === undefined)) gaps.push(entries.join());
      }
    })();
    await scene.patchPolicy({ secret: { name: NAMES.second } });
    await scene.patchPolicy({ secret: { name: NAMES.third } });
    await scene.untilEntries(namespace, [NAMES.third]);
    await scene.untilNoSecret(namespace, NAMES.second);
    await scene.untilNoSecret(namespace);
    over.abort();
    await watching;
    expect(gaps).to.deep.equal([]);
    await scene.untilPolicy('knows the last name alone', ({ status }) => status?.secretNames?.join() === NAMES.third);
  });

  it('is followed by an operator that was down meanwhile', async () => {
    const scene = world().scene('down');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy();
    await scene.untilSynced(1);
    await world().operator.stop();
    await scene.patchPolicy({ secret: { name: NAMES.second } });
    await world().start();
    await scene.untilNoSecret(namespace);
    expect(await scene.entries(namespace)).to.deep.equal([NAMES.second]);
  });

  it('keeps the old copy and entry where the new name is taken, until that goes', async () => {
    const scene = world().scene('conflict');
    const [taken, free] = [await scene.namespace('a'), await scene.namespace('b')];
    await scene.source();
    await scene.policy();
    await scene.untilSynced(2);
    const foreign = await world().api.create(
      SECRETS,
      { namespace: taken },
      { metadata: { name: NAMES.second }, ...opaque({ k: 'dg==' }) },
    );
    await scene.patchPolicy({ secret: { name: NAMES.second } });
    await scene.untilNoSecret(free);
    await scene.untilReason('Ready', 'NamespacesFailing');
    expect(await scene.secret(taken, NAMES.second)).to.deep.equal(foreign);
    expect(await scene.secret(taken)).to.not.equal(undefined);
    expect(await scene.entries(taken)).to.deep.equal([COPY]);
    expect((await scene.found())?.status?.secretNames).to.deep.equal([NAMES.second, COPY]);

    await world().api.delete(SECRETS, { namespace: taken, name: NAMES.second });
    await scene.untilNoSecret(taken);
    expect(await scene.entries(taken)).to.deep.equal([NAMES.second]);
    await scene.untilSynced(2);
  });

  it('leaves a Secret that it shared with the policy that stays', async () => {
    const scene = world().scene('apart');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy({}, '-stays');
    await scene.policy({}, '-goes');
    await scene.untilSynced(1, '-stays');
    await scene.untilSynced(1, '-goes');
    await scene.patchPolicy({ secret: { name: NAMES.second } }, '-goes');
    await scene.untilEntries(namespace, [COPY, NAMES.second]);
    await scene.untilPolicy(
      'knows its own name alone',
      ({ status }) => status?.secretNames?.join() === NAMES.second,
      '-goes',
    );
    expect(await scene.secret(namespace)).to.not.equal(undefined);
  });
});

describe('a Secret name that the role does not list', () => {
  const world = useWorld('unlisted');
  useSecretNames(world, []);

  it('is Forbidden with the line that allows it; after that line it heals without a restart', async () => {
    const scene = world().scene('line');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy({ secret: { name: NAMES.late } });
    await scene.policy({}, '-allowed');
    const forbidden = await scene.untilReason('Ready', 'Forbidden');
    const message = conditionOf(forbidden, 'Ready')?.message ?? '';
    expect(conditionOf(forbidden, 'Stalled')?.status).to.equal('True');
    expect((await scene.untilEvent('Forbidden')).type).to.equal('Warning');
    await scene.untilSynced(1, '-allowed');
    expect(await scene.secret(namespace, NAMES.late)).to.equal(undefined);

    const { code, stderr } = await world().cluster.plane.kubectl(kubectlLine(message));
    expect(code, stderr).to.equal(0);
    await scene.until('healed', () => scene.secret(namespace, NAMES.late), 60_000);
    await scene.untilEntries(namespace, [COPY, NAMES.late]);
    await scene.untilSynced(1);
  });

  it('does not hold up the end of its policy: nothing was ever written under it', async () => {
    const scene = world().scene('unseen');
    await scene.namespace('a');
    await scene.source();
    await scene.policy({ secret: { name: NAMES.unseen } });
    await scene.untilReason('Ready', 'Forbidden');
    await scene.end();
  });

  /** The arguments of the `kubectl` line in a message, as a shell takes them. */
  function kubectlLine(message: string): string[] {
    const line = /kubectl (?<args>.*)$/.exec(message)?.groups?.['args'] ?? '';
    return [...line.matchAll(/'(?<quoted>[^']*)'|(?<plain>\S+)/g)].map(
      ({ groups }) => groups?.['quoted'] ?? groups?.['plain'] ?? '',
    );
  }
});
