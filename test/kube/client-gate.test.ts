import { expect } from 'chai';
import { SECRETS } from '../../src/kube/resources.ts';
import { FakeClock, settle } from '../runtime/fake-clock.ts';
import { failure, sendJson, StandInServer, until } from './stand-in-server.ts';

const ref = { namespace: 'ns', name: 'a' };
const secret = { metadata: { name: 'a', namespace: 'ns' } };

describe('an ApiClient behind a gate', () => {
  let server: StandInServer;
  beforeEach(async () => {
    server = new StandInServer();
    await server.start();
  });
  afterEach(() => server.stop());

  const ok = (): void => {
    server.answer((_request, response) => {
      sendJson(response, 200, secret);
    });
  };

  const gate = { ms: 1_000, remainingMs: () => gate.ms };
  beforeEach(() => (gate.ms = 1_000));

  it('lets reads pass and refuses every kind of write when it is closed', async () => {
    ok();
    gate.ms = 0;
    const client = server.client().withGate(gate);
    const writes = [
      client.create(SECRETS, { namespace: 'ns' }, secret),
      client.update(SECRETS, ref, secret),
      client.patch(SECRETS, ref, {}, 'merge'),
      client.delete(SECRETS, ref),
    ];
    const kinds = (await Promise.all(writes.map(failure))).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['fenced', 'fenced', 'fenced', 'fenced']);
    await client.get(SECRETS, ref);
    expect(server.received.map(({ method }) => method)).to.deep.equal(['GET']);
  });

  const ends = [
    { what: 'fenced where the gate is closed then', left: 0, kind: 'fenced' },
    { what: 'a time-out where a renewal keeps it open, so that it is tried again', left: 1_000, kind: 'timeout' },
  ];
  for (const { what, left, kind } of ends) {
    it(`gives a write no longer than the gate had left when it was sent: ${what}`, async () => {
      server.answer(() => undefined);
      const clock = new FakeClock();
      const failed = failure(server.client({ clock }).withGate(gate).update(SECRETS, ref, secret));
      await until(() => server.received.length === 1);
      gate.ms = left;
      await clock.advance(1_000);
      expect((await failed).kind).to.equal(kind);
    });
  }

  it('does not send a write that was still waiting for a connection when the gate closed', async () => {
    const answers: (() => void)[] = [];
    server.answer((_request, response) => {
      answers.push(() => {
        sendJson(response, 200, secret);
      });
    });
    const client = server.client({ connections: 1 }).withGate(gate);
    const first = client.update(SECRETS, ref, secret);
    await until(() => answers.length === 1);
    const second = failure(client.update(SECRETS, ref, secret));
    await settle();
    gate.ms = 0;
    answers[0]?.();
    await first;
    expect((await second).kind).to.equal('fenced');
    expect(server.received).to.have.length(1);
  });

  it('cuts a write short when it closes early', async () => {
    gate.ms = 60_000;
    server.answer(() => undefined);
    const closing = new AbortController();
    const failed = failure(
      server
        .client()
        .withGate({ ...gate, closing: closing.signal })
        .update(SECRETS, ref, secret),
    );
    await until(() => server.received.length === 1);
    closing.abort();
    expect((await failed).kind).to.equal('fenced');
  });
});
