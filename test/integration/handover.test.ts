import { expect } from 'chai';
import type { Lease } from '../../src/api/objects.ts';
import { isApiError } from '../../src/kube/errors.ts';
import { LEASES, NAMESPACES, SECRETS } from '../../src/kube/resources.ts';
import { LEASE_NAME, OPERATOR_NAME } from '../../src/names.ts';
import { type AuditEvent, auditEvents, auditMark } from '../cluster/audit.ts';
import { until } from '../cluster/wait.ts';
import type { Seen } from '../faults/exchange.ts';
import { holds } from '../faults/faults.ts';
import { FaultProxy } from '../faults/proxy.ts';
import { COPY, dockerConfigJson, login, passwordOf } from './objects.ts';
import type { OperatorProcess } from '../cluster/operator-process.ts';
import { orAbsent, type Scene } from './scene.ts';
import { useWorld } from './world.ts';

const NAMESPACES_COUNT = 500;
/** So many copies are written by the old leader before its end. */
const HALFWAY = 200;
/** Requests that may be on their way when their sender dies, and that die with it: the operator's pool. */
const UNDER_WAY = 32;
const REGISTRY = 'registry.example.com';
const having = (password: string) => dockerConfigJson({ [REGISTRY]: login('user', password) });
/** A lease lasts 15 s, and a follower looks every 4.4 s at the latest; then comes the work. */
const SUCCESSION_WITHIN = 40_000;

const WRITES = ['create', 'update', 'patch', 'delete'];
const isWrite = ({ verb }: { readonly verb: string }): boolean => WRITES.includes(verb);
const isRotation = ({ verb, resource }: Seen): boolean => verb === 'patch' && resource === 'secrets';

/** One of two operators, with a way to the API server of its own: by it the audit log tells them apart. */
interface Replica {
  readonly proxy: FaultProxy;
  readonly marker: string;
  readonly operator: OperatorProcess;
}

describe('two operators', () => {
  const world = useWorld('handover', { operator: false });
  let scene: Scene;
  let names: readonly string[];
  const proxies: FaultProxy[] = [];
  let leader: Replica;
  let follower: Replica;
  let mark: number;

  async function replica(): Promise<Replica> {
    const { plane, kubeconfig } = world().cluster;
    const marker = `replica-${proxies.length}`;
    const proxy = await FaultProxy.start(plane, marker);
    proxies.push(proxy);
    const operator = await world().start([], await proxy.kubeconfig(kubeconfig));
    return { proxy, marker, operator: await operator.whenReady() };
  }

  const lease = (): Promise<Lease | undefined> =>
    orAbsent(world().api.get(LEASES, { namespace: OPERATOR_NAME, name: LEASE_NAME }));

  /** The writes of one replica that the API server did since the beginning of the test, in the order in which the API server got them. */
  async function writesOf({ marker }: Replica): Promise<readonly AuditEvent[]> {
    const events = await auditEvents(world().cluster.plane.auditLog, mark);
    return events
      .filter((event) => isWrite(event) && event.userAgent?.endsWith(` ${marker}`) === true)
      .filter(({ responseStatus }) => (responseStatus?.code ?? 0) < 300)
      .sort((a, b) => (a.requestReceivedTimestamp < b.requestReceivedTimestamp ? -1 : 1));
  }

  /** The heart of it: all writes of the old leader, of whatever kind, come before the first one of the new leader, which is for the Lease. */
  async function neverTwoWriters(old: Replica, successor: Replica): Promise<void> {
    const [before, after] = [await writesOf(old), await writesOf(successor)];
    expect(before.length, 'writes of the old leader').to.be.greaterThan(0);
    expect(after[0]?.objectRef?.resource).to.equal('leases');
    const [last = '', first = ''] = [before.at(-1)?.requestReceivedTimestamp, after[0]?.requestReceivedTimestamp];
    expect(last < first, `the last write of the old leader, ${last}, before the first of the new one, ${first}`).to.be
      .true;
  }

  /** What happens to the copies while `during` runs: `TYPE NAMESPACE`, in order. */
  async function history(during: () => Promise<void>): Promise<readonly string[]> {
    const over = new AbortController();
    const fieldSelector = `metadata.name=${COPY}`;
    const { metadata } = await world().api.list(SECRETS, { fieldSelector });
    const seen: string[] = [];
    const watching = (async () => {
      const query = { fieldSelector, resourceVersion: metadata.resourceVersion ?? '', timeoutSeconds: 120 };
      for await (const { type, object } of world().api.watch(SECRETS, query, over.signal))
        if (type !== 'BOOKMARK') seen.push(`${type} ${object.metadata.namespace}`);
    })().catch((error: unknown) => {
      if (!isApiError(error, 'aborted')) throw error;
    });
    await during();
    over.abort();
    await watching;
    return seen;
  }

  const rotated = (password: string): Promise<true> =>
    scene.until(
      `every copy with ${password}`,
      async () => {
        const { items } = await world().api.list(SECRETS, { fieldSelector: `metadata.name=${COPY}` });
        const ours = items.filter(({ metadata }) => names.includes(metadata.namespace ?? ''));
        const done = ours.filter((copy) => passwordOf(copy, REGISTRY) === password);
        return done.length === names.length ? true : undefined;
      },
      SUCCESSION_WITHIN,
    );

  /** Rotates the source, and gives the leader a signal when it has written so many copies of the new content. */
  async function rotateAndSignal(password: string, signal: NodeJS.Signals): Promise<void> {
    let written = 0;
    const struck = new Promise<void>((resolve) => {
      const heal = leader.proxy.inject(
        holds(async () => {
          written += 1;
          if (written !== HALFWAY) return;
          leader.operator.signal(signal);
          heal();
          resolve();
          await Promise.resolve();
        }),
        isRotation,
      );
    });
    await scene.rotate(having(password));
    await struck;
  }

  before(async function () {
    this.timeout(90_000);
    scene = world().scene('many');
    names = Array.from({ length: NAMESPACES_COUNT }, (_, index) => `${scene.name}-${index}`);
    await Promise.all(
      names.map((name) =>
        world().api.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
      ),
    );
    await scene.source(having('first'));
    leader = await replica();
    await scene.policy();
    await rotated('first');
  });

  beforeEach(async function () {
    this.timeout(60_000);
    await until(async () => ((await lease())?.spec?.holderIdentity ? true : undefined), {
      what: 'a leader',
      within: SUCCESSION_WITHIN,
    });
    follower = await replica();
    mark = await auditMark(world().cluster.plane.auditLog);
  });

  afterEach(() => {
    leader = follower;
  });

  after(async () => {
    for (const proxy of proxies) await proxy.stop();
  });

  it('share a rotation when the leader is killed in the middle of it: the other one finishes, and no copy is ever absent', async function () {
    this.timeout(90_000);
    const seen = await history(async () => {
      await rotateAndSignal('second', 'SIGKILL');
      await rotated('second');
    });
    expect([...seen].sort()).to.deep.equal(names.map((name) => `MODIFIED ${name}`).sort());
    const share = (await writesOf(follower)).filter(({ objectRef }) => objectRef?.resource === 'secrets').length;
    expect(share)
      .to.be.greaterThan(0)
      .and.at.most(NAMESPACES_COUNT - HALFWAY + UNDER_WAY);
    await neverTwoWriters(leader, follower);
  });

  it('hand over at once on SIGTERM: the lease is given up, not left to run out', async function () {
    this.timeout(60_000);
    const before = await lease();
    const holders: string[] = [];
    const over = new AbortController();
    const query = { namespace: OPERATOR_NAME, fieldSelector: `metadata.name=${LEASE_NAME}` };
    const watching = (async () => {
      const from = { ...query, resourceVersion: before?.metadata.resourceVersion ?? '', timeoutSeconds: 60 };
      for await (const { type, object } of world().api.watch(LEASES, from, over.signal)) {
        const holder = object.spec?.holderIdentity ?? '';
        if (type === 'MODIFIED' && holders.at(-1) !== holder) holders.push(holder);
      }
    })().catch((error: unknown) => {
      if (!isApiError(error, 'aborted')) throw error;
    });
    expect(await leader.operator.stop('SIGTERM')).to.equal(0);
    await scene.rotate(having('third'));
    await rotated('third');
    over.abort();
    await watching;
    const old = before?.spec?.holderIdentity ?? '';
    const after = await lease();
    expect(holders.filter((holder) => holder !== old)).to.deep.equal(['', after?.spec?.holderIdentity]);
    expect(after?.spec?.leaseTransitions).to.equal((before?.spec?.leaseTransitions ?? 0) + 1);
    await neverTwoWriters(leader, follower);
  });

  it('have one writer when the leader is paused past its lease: back again, it writes nothing more', async function () {
    this.timeout(90_000);
    await rotateAndSignal('fourth', 'SIGSTOP');
    await rotated('fourth');
    const { requests } = leader.proxy;
    const woken = requests.length;
    leader.operator.signal('SIGCONT');
    const follows = async (): Promise<true | undefined> =>
      Promise.resolve(leader.operator.logs.some(({ message }) => message === 'lost the lease') || undefined);
    await until(follows, { what: 'the paused one follows', within: SUCCESSION_WITHIN });
    await leader.operator.whenReady();
    await scene.rotate(having('fifth'));
    await rotated('fifth');
    // It may try to renew by what it knew before the pause: the lease's version refuses it.
    const tried = requests.slice(woken).filter((seen) => isWrite(seen) && seen.resource !== 'leases');
    expect(tried).to.deep.equal([]);
    await neverTwoWriters(leader, follower);
    await leader.operator.stop('SIGTERM');
  });
});
