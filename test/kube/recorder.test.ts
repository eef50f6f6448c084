import { expect } from 'chai';
import type { KubeEvent } from '../../src/api/objects.ts';
import { EventRecorder } from '../../src/kube/recorder.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { FakeClock } from '../runtime/fake-clock.ts';
import { sendJson, StandInServer } from './stand-in-server.ts';

const about = { apiVersion: 'registrycredentials.dev/v1alpha1', kind: 'RegistryCredentialPolicy', name: 'p', uid: 'u' };

describe('EventRecorder', () => {
  let server: StandInServer;
  let clock: FakeClock;
  let recorder: EventRecorder;
  beforeEach(async () => {
    server = new StandInServer();
    await server.start();
    clock = new FakeClock();
    recorder = new EventRecorder({ client: server.client({ clock }), clock, log: silentLog, identity: 'pod-1' });
    server.answer((request, response) => {
      sendJson(response, 200, {
        metadata: { name: request.method === 'POST' ? `e${String(server.received.length)}` : 'e' },
      });
    });
  });
  afterEach(() => server.stop());

  const sent = (): string[] => server.received.map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`);
  const body = (index: number): KubeEvent => JSON.parse(server.received[index]?.body ?? '{}') as KubeEvent;

  it('creates an Event about the object in the namespace that cluster-scoped objects need', async () => {
    recorder.record(about, 'Warning', 'Conflict', 'a foreign Secret');
    await recorder.flush();
    expect(sent()).to.deep.equal(['POST /api/v1/namespaces/default/events']);
    expect(body(0)).to.deep.include({
      involvedObject: about,
      type: 'Warning',
      reason: 'Conflict',
      message: 'a foreign Secret',
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      reportingComponent: 'registry-credential-operator',
      source: { component: 'registry-credential-operator', host: 'pod-1' },
    });
  });

  it('counts up the Event that is there when the same happens again', async () => {
    for (let i = 0; i < 3; i++) {
      recorder.record(about, 'Normal', 'Rotated', 'done');
      await clock.advance(1_000);
    }
    await recorder.flush();
    expect(sent()).to.deep.equal([
      'POST /api/v1/namespaces/default/events',
      'PATCH /api/v1/namespaces/default/events/e1',
      'PATCH /api/v1/namespaces/default/events/e1',
    ]);
    expect(body(2)).to.deep.equal({ count: 3, lastTimestamp: '2026-01-01T00:00:02Z' });
  });

  it('makes a new Event when the old one has expired', async () => {
    recorder.record(about, 'Normal', 'Rotated', 'done');
    await recorder.flush();
    server.answer((request, response) => {
      sendJson(response, request.method === 'PATCH' ? 404 : 200, { metadata: { name: 'second' } });
    });
    recorder.record(about, 'Normal', 'Rotated', 'done');
    await recorder.flush();
    expect(sent().map((line) => line.split(' ')[0])).to.deep.equal(['POST', 'PATCH', 'POST']);
    expect(body(2).count).to.equal(1);
  });

  it('writes no more than 25 at once about one object, then one each five minutes; others are not held up', async () => {
    for (let i = 0; i < 40; i++) recorder.record(about, 'Normal', 'R', `message ${String(i)}`);
    recorder.record({ ...about, uid: 'other' }, 'Normal', 'R', 'x');
    await recorder.flush();
    expect(server.received).to.have.length(26);
    await clock.advance(300_000);
    for (let i = 0; i < 5; i++) recorder.record(about, 'Normal', 'R', `later ${String(i)}`);
    await recorder.flush();
    expect(server.received).to.have.length(27);
  });

  it('cuts a long message', async () => {
    recorder.record(about, 'Normal', 'R', 'x'.repeat(5_000));
    await recorder.flush();
    expect(body(0).message).to.have.length(1_024);
  });

  it('never fails, whatever the server says', async () => {
    server.answer((_request, response) => response.destroy());
    recorder.record(about, 'Normal', 'R', 'x');
    await recorder.flush();
  });

  it('sends nothing once it was stopped', async () => {
    recorder.record(about, 'Normal', 'R', 'before');
    recorder.stop();
    recorder.record(about, 'Normal', 'R', 'after');
    await recorder.flush();
    expect(sent()).to.deep.equal([]);
  });
});
