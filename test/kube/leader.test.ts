import { expect } from 'chai';
import type { Lease } from '../../src/api/objects.ts';
import { LeaderElector, type LeaderElectorOptions } from '../../src/kube/leader.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { openWatch, type Received, sendJson, StandInServer, until } from './stand-in-server.ts';
import type { ServerResponse } from 'node:http';

const DURATIONS = { leaseMs: 1_000, renewDeadlineMs: 600, retryMs: 40 };
const PATH = '/apis/coordination.k8s.io/v1/namespaces/ns/leases/lock';

/** Holds one Lease as an API server does: versions, conflicts, a watch. It can be made to refuse writes. */
class LeaseServer {
  readonly server = new StandInServer();
  readonly #watchers = new Set<ServerResponse>();
  lease: Lease | undefined;
  refuseWrites = false;
  /** Watches bring nothing. */
  mute = false;
  #version = 0;

  constructor() {
    this.server.answer((request, response) => {
      this.#answer(request, response);
    });
  }

  get holder(): string | undefined {
    return this.lease?.spec?.holderIdentity;
  }

  /** Somebody else writes. */
  write(lease: Lease): Lease {
    this.#version++;
    const metadata = {
      ...lease.metadata,
      name: 'lock',
      namespace: 'ns',
      uid: 'u',
      resourceVersion: String(this.#version),
    };
    const type = this.lease === undefined ? 'ADDED' : 'MODIFIED';
    this.lease = { ...lease, metadata };
    if (this.mute) return this.lease;
    for (const watcher of this.#watchers) watcher.write(`${JSON.stringify({ type, object: this.lease })}\n`);
    return this.lease;
  }

  #answer(request: Received, response: ServerResponse): void {
    if (request.method === 'GET') {
      this.#read(request, response);
    } else if (this.refuseWrites) {
      sendJson(response, 500, {});
    } else {
      this.#write(request, response);
    }
  }

  #read({ url }: Received, response: ServerResponse): void {
    if (url.includes('watch=true')) {
      const seen = new URL(url, 'http://x').searchParams.get('resourceVersion');
      const missed =
        this.lease === undefined || this.mute || seen === String(this.#version)
          ? []
          : [{ type: 'ADDED', object: this.lease }];
      openWatch(response, ...missed);
      this.#watchers.add(response);
      response.on('close', () => this.#watchers.delete(response));
    } else if (!url.startsWith(PATH)) {
      const items = this.lease === undefined ? [] : [this.lease];
      sendJson(response, 200, { metadata: { resourceVersion: String(this.#version) }, items });
    } else {
      sendJson(response, this.lease === undefined ? 404 : 200, this.lease ?? { reason: 'NotFound' });
    }
  }

  #write({ method, body }: Received, response: ServerResponse): void {
    const lease = JSON.parse(body) as Lease;
    if (method === 'POST' && this.lease !== undefined) sendJson(response, 409, { reason: 'AlreadyExists' });
    else if (method === 'PUT' && this.lease?.metadata.resourceVersion !== lease.metadata.resourceVersion) {
      sendJson(response, 409, { reason: 'Conflict' });
    } else sendJson(response, 200, this.write(lease));
  }
}

describe('LeaderElector', () => {
  let api: LeaseServer;
  const electors: LeaderElector[] = [];
  beforeEach(async () => {
    api = new LeaseServer();
    await api.server.start();
  });
  afterEach(async () => {
    await Promise.all(electors.splice(0).map((elector) => elector.stop()));
    await api.server.stop();
  });

  function elector(identity: string, options: Partial<LeaderElectorOptions> = {}) {
    const heard: string[] = [];
    const made = new LeaderElector({
      client: api.server.client(),
      namespace: 'ns',
      name: 'lock',
      identity,
      clock: systemClock,
      log: silentLog,
      durations: DURATIONS,
      onStarted: () => heard.push('started'),
      onStopped: () => {
        heard.push('stopped');
      },
      onNewLeader: (leader) => heard.push(`leader ${leader}`),
      ...options,
    });
    electors.push(made);
    return { elector: made, heard };
  }

  const heldBy = (holderIdentity: string, leaseDurationSeconds: number): Lease => ({
    metadata: { name: 'lock' },
    spec: { holderIdentity, leaseDurationSeconds, leaseTransitions: 3 },
  });

  it('leads when there is no lease, and its gate is open for no longer than the renew deadline', async () => {
    const { elector: a, heard } = elector('a');
    expect([a.leading, a.remainingMs()]).to.deep.equal([false, 0]);
    a.start();
    await until(() => a.leading);
    expect(api.holder).to.equal('a');
    expect(a.remainingMs()).to.be.within(1, DURATIONS.renewDeadlineMs);
    expect(heard).to.deep.equal(['leader a', 'started']);
  });

  it('keeps leading by renewing', async () => {
    const { elector: a } = elector('a');
    a.start();
    await until(() => a.leading);
    const first = api.lease?.metadata.resourceVersion;
    await until(() => Number(api.lease?.metadata.resourceVersion) > Number(first) + 3);
    expect([a.leading, api.lease?.spec?.leaseTransitions]).to.deep.equal([true, 0]);
  });

  it('leaves a lease alone that another renews', async () => {
    api.write(heldBy('other', 1));
    const { elector: a } = elector('a');
    a.start();
    for (let renewals = 0; renewals < 10; renewals++) {
      api.write(heldBy('other', 1));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect([a.leading, api.holder]).to.deep.equal([false, 'other']);
  });

  it('takes a lease that its holder no longer renews', async () => {
    api.write(heldBy('dead', 1));
    const { elector: a } = elector('a');
    a.start();
    await until(() => a.leading);
    expect(api.lease?.spec).to.include({ holderIdentity: 'a', leaseTransitions: 4 });
  });

  it('gives the lease up when it stops, after its work has ended, and another takes it at once', async () => {
    const order: string[] = [];
    const long = { ...DURATIONS, leaseMs: 3_600_000, retryMs: 600_000, renewDeadlineMs: 3_000_000 };
    const { elector: a } = elector('a', {
      durations: long,
      onStopped: () => {
        order.push(`stopped while ${api.holder ?? ''} holds it, gate ${a.leading ? 'open' : 'closed'}`);
      },
    });
    const { elector: b } = elector('b', { durations: long });
    a.start();
    await until(() => a.leading);
    const closing = a.closing;
    b.start();
    await until(() => api.server.received.filter(({ url }) => url.includes('watch=true')).length === 2);
    await a.stop();
    expect(order).to.deep.equal(['stopped while a holds it, gate open']);
    expect([a.leading, closing?.aborted]).to.deep.equal([false, true]);
    await until(() => b.leading);
  });

  it('stops at the renew deadline when it cannot renew, and leads again when it can', async () => {
    const { elector: a, heard } = elector('a');
    a.start();
    await until(() => a.leading);
    api.refuseWrites = true;
    await until(() => heard.includes('stopped'));
    expect(a.leading).to.equal(false);
    expect(a.remainingMs()).to.be.at.most(0);
    api.refuseWrites = false;
    await until(() => heard.filter((word) => word === 'started').length === 2);
    expect(a.leading).to.equal(true);
  });

  it('stops at once when another has taken the lease', async () => {
    const patient = { ...DURATIONS, leaseMs: 90_000, renewDeadlineMs: 60_000 };
    const { elector: a, heard } = elector('a', { durations: patient });
    a.start();
    await until(() => a.leading);
    api.write(heldBy('thief', 3_600));
    await until(() => heard.includes('stopped'));
    expect([a.leading, api.holder]).to.deep.equal([false, 'thief']);
    expect(heard).to.deep.equal(['leader a', 'started', 'leader thief', 'stopped']);
  });

  it('goes on leading when somebody else changes the lease but not its holder', async () => {
    const { elector: a, heard } = elector('a');
    a.start();
    await until(() => a.leading);
    const { lease } = api;
    if (lease === undefined) throw new Error('no lease');
    api.write({ ...lease, metadata: { ...lease.metadata, labels: { note: 'x' } } });
    const version = api.lease?.metadata.resourceVersion;
    await until(() => api.lease?.metadata.resourceVersion !== version);
    expect(heard).to.not.include('stopped');
    expect(api.lease?.metadata.labels).to.deep.equal({ note: 'x' });
  });

  it('reads the lease itself when a refused write shows that the watch lags behind', async () => {
    api.write(heldBy('other', 1));
    const { elector: a } = elector('a');
    a.start();
    await until(() => api.server.received.some(({ url }) => url.includes('watch=true')));
    api.mute = true;
    api.write(heldBy('', 1));
    await until(() => a.leading);
  });

  it('does not compete again before its work has ended', async () => {
    let finish: () => void = () => undefined;
    const work = new Promise<void>((resolve) => (finish = resolve));
    const { elector: a, heard } = elector('a', { onStopped: () => work });
    a.start();
    await until(() => a.leading);
    api.write(heldBy('other', 3_600));
    await until(() => !a.leading);
    const version = api.write(heldBy('', 1)).metadata.resourceVersion;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(api.lease?.metadata.resourceVersion).to.equal(version);
    finish();
    await until(() => a.leading);
    expect(heard.filter((word) => word === 'started')).to.have.length(2);
  });
});
