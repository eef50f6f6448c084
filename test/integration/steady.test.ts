import { expect } from 'chai';
import { setTimeout as delay } from 'node:timers/promises';
import { POLICIES, SECRETS } from '../../src/kube/resources.ts';
import { LEASE_NAME, OPERATOR_NAME } from '../../src/names.ts';
import { auditEvents, auditMark, type AuditEvent } from '../cluster/audit.ts';
import { COPY, dockerConfigJson, login, opaque, passwordOf } from './objects.ts';
import type { Scene } from './scene.ts';
import { useWorld } from './world.ts';

const USER = `system:serviceaccount:${OPERATOR_NAME}:${OPERATOR_NAME}`;
/** An absence cannot be awaited: for so long nothing may happen. Several times longer than any pause of the operator's own. */
const IDLE_MS = 10_000;
const READS = ['get', 'list', 'watch'];

describe('where all is in order', function () {
  this.timeout(120_000);
  const world = useWorld('steady');

  const mark = (): Promise<number> => auditMark(world().cluster.plane.auditLog);
  const told = ({ verb, requestURI }: AuditEvent): string => `${verb} ${requestURI.replace(/\?.*/, '')}`;

  /** What the operator asked of the API server since a mark, apart from its Lease. */
  async function requests(since: number): Promise<readonly AuditEvent[]> {
    return (await auditEvents(world().cluster.plane.auditLog, since)).filter(
      ({ user, objectRef }) => user.username === USER && objectRef?.resource !== 'leases',
    );
  }
  const writes = async (since: number): Promise<readonly AuditEvent[]> =>
    (await requests(since)).filter(({ verb }) => !READS.includes(verb));

  /** Resolves when an operator that has just started has looked at everything once. */
  async function whenLookedAtAll(scene: Scene, namespaces: number, suffix = ''): Promise<void> {
    const series = `registry_credentials_policy_namespaces{policy="${scene.name}${suffix}",state="synced"}`;
    await scene.until(`${namespaces} namespaces counted`, async () =>
      (await world().operator.metric(series)) === namespaces ? true : undefined,
    );
  }

  it('a restart writes nothing, and afterwards it neither writes nor lists', async () => {
    const scene = world().scene('restart');
    await Promise.all(['a', 'b', 'c', 'd'].map((suffix) => scene.namespace(suffix)));
    await world().api.create(
      SECRETS,
      { namespace: `${scene.name}-d` },
      { metadata: { name: COPY }, ...opaque({ k: 'dg==' }) },
    );
    await scene.source();
    await scene.policy({ namespaces: { include: [`${scene.name}-*`], exclude: [`${scene.name}-d`] } });
    await scene.policy({}, '-conflict');
    await scene.source(dockerConfigJson({ 'b.example.com': login('b', 'b') }), '-b');
    await scene.policy({ credentials: [{ secretRef: { name: `${scene.name}-b` } }], mode: 'Observe' }, '-observer');
    await scene.policy({ credentials: [{ secretRef: { name: 'steady-absent' } }] }, '-broken');
    await scene.untilSynced(3);
    await scene.untilReason('Ready', 'NamespacesFailing', '-conflict');
    await scene.untilReason('Ready', 'Observing', '-observer');
    for (const suffix of ['-conflict', '-broken'])
      await scene.untilPolicy('counted', ({ status }) => status?.namespaces?.summary === '3/4', suffix);
    await scene.untilReason('Ready', 'CredentialsNotResolved', '-broken');

    await world().operator.stop();
    const start = await mark();
    await (await world().start()).whenReady();
    await whenLookedAtAll(scene, 3);
    const idle = await mark();
    await delay(IDLE_MS);
    expect((await writes(start)).map(told)).to.deep.equal([]);
    expect((await requests(idle)).filter(({ verb }) => verb === 'list').map(told)).to.deep.equal([]);
  });

  it('twenty policies over one namespace cost no write at a restart, and one of them changing costs one', async () => {
    const scene = world().scene('twenty');
    const namespace = await scene.namespace('a');
    const suffixes = Array.from({ length: 20 }, (_, at) => `-${at.toString().padStart(2, '0')}`);
    for (const suffix of suffixes) {
      await scene.source(dockerConfigJson({ [`r${suffix}.example.com`]: login('u', 'first') }), suffix);
      await scene.policy({ credentials: [{ secretRef: { name: `${scene.name}${suffix}` } }] }, suffix);
    }
    for (const suffix of suffixes) await scene.untilSynced(1, suffix);
    await world().operator.stop();
    const start = await mark();
    await world().start();
    for (const suffix of suffixes) await whenLookedAtAll(scene, 1, suffix);
    expect((await writes(start)).map(told)).to.deep.equal([]);

    const change = await mark();
    await scene.rotate(dockerConfigJson({ 'r-07.example.com': login('u', 'second') }), '-07');
    await scene.untilSecret(namespace, 'rotated', (copy) => passwordOf(copy, 'r-07.example.com') === 'second');
    await scene.untilPolicy('rotated', ({ status }) => status?.lastRotation !== undefined, '-07');
    await scene.untilEvent('Rotated', '-07');
    const done = await scene.until('the Event in the audit log', async () => {
      const found = await writes(change);
      return found.some(({ objectRef }) => objectRef?.resource === 'events') ? found : undefined;
    });
    const inNamespace = done.filter(({ objectRef }) => objectRef?.namespace === namespace);
    expect(inNamespace.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? ''}`)).to.deep.equal([
      'patch secrets',
    ]);
    const statuses = done.filter(({ objectRef }) => objectRef?.resource === 'registrycredentialpolicies');
    expect([...new Set(statuses.map(({ objectRef }) => objectRef?.name))]).to.deep.equal([`${scene.name}-07`]);
    for (const suffix of suffixes) await world().api.delete(POLICIES, { name: `${scene.name}${suffix}` });
  });

  it('a conflict is not tried again by any timer', async () => {
    const scene = world().scene('conflict');
    const namespace = await scene.namespace('a');
    await world().api.create(SECRETS, { namespace }, { metadata: { name: COPY }, ...opaque({ k: 'dg==' }) });
    await scene.source();
    await scene.policy();
    await scene.untilReason('Ready', 'NamespacesFailing');
    await scene.untilEvent('NamespacesFailing');
    const reconciled = async (): Promise<number | undefined> =>
      world().operator.metric('workqueue_adds_total{name="namespace",controller="namespace"}');
    const before = await reconciled();
    expect(before).to.be.greaterThan(0);
    await delay(IDLE_MS);
    expect(await reconciled()).to.equal(before);
  });

  it(`reads Secrets by name only, and lists each name once: ${LEASE_NAME} has no right to more`, async () => {
    const scene = world().scene('lists');
    await scene.namespace('a');
    await scene.source();
    await scene.policy();
    await scene.untilSynced(1);
    await world().operator.stop();
    const start = await mark();
    await world().start();
    await whenLookedAtAll(scene, 1);
    const lists = (await requests(start))
      .filter(({ verb, objectRef }) => verb === 'list' && objectRef?.resource === 'secrets')
      .map(({ requestURI }) => decodeURIComponent(requestURI));
    expect(lists.filter((uri) => !uri.includes('fieldSelector=metadata.name='))).to.deep.equal([]);
    expect(new Set(lists).size).to.equal(lists.length);
    expect(lists.filter((uri) => uri.startsWith('/api/v1/secrets?') && uri.includes(`=${COPY}`))).to.have.lengthOf(1);
  });
});
