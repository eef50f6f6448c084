import { expect } from 'chai';
import { POLICIES, SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { auditEvents, auditMark, type AuditEvent } from '../cluster/audit.ts';
import { COPY, dockerConfigJson, login, opaque } from './objects.ts';
import type { Scene } from './scene.ts';
import { useWorld } from './world.ts';

const B = 'b.example.com';
const foreign = dockerConfigJson({ 'theirs.example.com': login('them', 'theirs') });

describe('mode: Observe', () => {
  const world = useWorld('watch');

  /** What the operator wrote into a scene's namespaces since a mark. */
  async function writes(scene: Scene, mark: number): Promise<readonly AuditEvent[]> {
    return (await auditEvents(world().cluster.plane.auditLog, mark)).filter(
      ({ verb, user, objectRef, responseStatus }) =>
        user.username.startsWith('system:serviceaccount:') &&
        ['create', 'update', 'patch', 'delete'].includes(verb) &&
        (objectRef?.namespace ?? '').startsWith(`${scene.name}-`) &&
        (responseStatus?.code ?? 0) < 300,
    );
  }
  const count = (events: readonly AuditEvent[], verb: string, resource: string): number =>
    events.filter((event) => event.verb === verb && event.objectRef?.resource === resource).length;

  /** Six namespaces: two empty, one with a copy of another policy, two foreign Secrets that could be adopted, one that could not. */
  async function scenery(name: string): Promise<Scene> {
    const scene = world().scene(name);
    const place = (namespace: string, content: object) =>
      world().api.create(SECRETS, { namespace }, { metadata: { name: COPY }, ...content });
    await Promise.all(['empty-1', 'empty-2', 'copy'].map((suffix) => scene.namespace(suffix)));
    await place(await scene.namespace('foreign-1'), foreign);
    await place(await scene.namespace('foreign-2'), foreign);
    await place(await scene.namespace('opaque'), opaque({ k: 'dg==' }));
    await world().api.create(SERVICE_ACCOUNTS, { namespace: `${scene.name}-empty-1` }, { metadata: { name: 'app' } });
    await scene.source(dockerConfigJson({ 'a.example.com': login('a', 'a') }), '-other');
    await scene.policy(
      {
        credentials: [{ secretRef: { name: `${scene.name}-other` } }],
        namespaces: { include: [`${scene.name}-copy`] },
      },
      '-other',
    );
    await scene.untilSynced(1, '-other');
    await scene.source(dockerConfigJson({ [B]: login('b', 'b') }));
    return scene;
  }

  const CASES = [
    {
      what: 'Fail',
      spec: { conflictPolicy: 'Fail' },
      plan: { create: 2, update: 1, adopt: 0, conflicts: 3, serviceAccounts: 2 },
    },
    {
      what: 'Adopt',
      spec: { conflictPolicy: 'Adopt' },
      plan: { create: 2, update: 1, adopt: 2, conflicts: 1, serviceAccounts: 4 },
    },
    {
      what: 'Fail and every ServiceAccount',
      spec: { conflictPolicy: 'Fail', serviceAccounts: { names: ['*'] } },
      plan: { create: 2, update: 1, adopt: 0, conflicts: 3, serviceAccounts: 3 },
    },
  ];
  CASES.forEach(({ what, spec, plan }, at) => {
    it(`writes nothing, and its plan is what Enforce then does, with conflictPolicy ${what}`, async () => {
      const scene = await scenery(`plan-${at}`);
      const quiet = await auditMark(world().cluster.plane.auditLog);
      await scene.policy({ ...spec, mode: 'Observe' });
      const { status, metadata } = await scene.untilReason('Ready', 'Observing');
      expect(status?.plan).to.deep.equal(plan);
      expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).to.equal('True');
      expect(await writes(scene, quiet)).to.deep.equal([]);
      expect(metadata.finalizers ?? []).to.deep.equal([]);
      expect(status?.secretNames ?? []).to.deep.equal([]);

      const mark = await auditMark(world().cluster.plane.auditLog);
      await scene.patchPolicy({ mode: 'Enforce' });
      const after = await scene.untilReason('Ready', 'NamespacesFailing');
      const done = await scene.until('all writes in the audit log', async () => {
        const found = await writes(scene, mark);
        return count(found, 'patch', 'serviceaccounts') >= plan.serviceAccounts ? found : undefined;
      });
      expect({
        create: count(done, 'create', 'secrets'),
        patched: count(done, 'patch', 'secrets'),
        conflicts: after.status?.failureSummary?.byReason['Conflict'],
        serviceAccounts: count(done, 'patch', 'serviceaccounts'),
      }).to.deep.equal({
        create: plan.create,
        patched: plan.update + plan.adopt,
        conflicts: plan.conflicts,
        serviceAccounts: plan.serviceAccounts,
      });
      expect(after.status).to.not.have.property('plan');
    });
  });

  it('has a plan of nothing where all is in order', async () => {
    const scene = world().scene('nothing');
    await scene.namespace('a');
    await scene.source();
    await scene.policy();
    await scene.untilSynced(1);
    await scene.patchPolicy({ mode: 'Observe' });
    const { status } = await scene.untilReason('Ready', 'Observing');
    expect(status?.plan).to.deep.equal({ create: 0, update: 0, adopt: 0, conflicts: 0, serviceAccounts: 0 });
  });

  it('follows what happens in the cluster', async () => {
    const scene = world().scene('follows');
    await scene.namespace('a');
    await scene.source();
    await scene.policy({ mode: 'Observe' });
    await scene.untilPolicy('plans one', ({ status }) => status?.plan?.create === 1);
    await scene.namespace('b');
    await scene.untilPolicy('plans two', ({ status }) => status?.plan?.create === 2);
  });

  it('goes without a trace when it only ever observed, and cleans up when it had enforced before', async () => {
    const scene = world().scene('gone');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy({ mode: 'Observe' }, '-idle');
    await scene.untilReason('Ready', 'Observing', '-idle');
    await world().api.delete(POLICIES, { name: `${scene.name}-idle` });
    expect(await scene.found('-idle')).to.equal(undefined);

    await scene.policy();
    await scene.untilSynced(1);
    await scene.patchPolicy({ mode: 'Observe' });
    await scene.untilReason('Ready', 'Observing');
    expect(await scene.secret(namespace)).to.not.equal(undefined);
    await scene.end();
    expect(await scene.secret(namespace)).to.equal(undefined);
    expect(await scene.entries(namespace)).to.deep.equal([]);
  });
});
