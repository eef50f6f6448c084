import { expect } from 'chai';
import type { SaidBefore } from '../../src/pulls/report/said-before.ts';
import { CAUSES, COPY, failedTo, limitedPod, pod } from './fixtures.ts';
import { ago, FlowFixture, HUB, SAID } from './flow-fixture.ts';

const MINUTE = 60_000;

describe('a roll-out of pods that cannot pull', () => {
  let world: FlowFixture;
  let said: SaidBefore;
  let transitions: string[];
  beforeEach(() => {
    world = new FlowFixture();
    [said, transitions] = [SAID, []];
  });
  afterEach(() => world.stop());

  /** Takes a report into the status, as the policy's writer does. */
  function write(): void {
    const { findings = [], rateLimit } = world.flow.report(HUB, said) ?? {};
    for (const { type, status } of findings) {
      const [isLimited, isRefused] = [type === 'RateLimited', type === 'CredentialsAccepted'];
      if (isLimited && said.isLimited !== (status === 'True')) transitions.push(`${type} ${status}`);
      if (isRefused && said.isRefused !== (status === 'False')) transitions.push(`${type} ${status}`);
      said = {
        ...said,
        ...(isLimited && { isLimited: status === 'True' }),
        ...(isRefused && { isRefused: status === 'False' }),
      };
    }
    said = { ...said, rateLimit };
  }

  /** Lets minutes pass in which no Event comes, as when the kubelet's spam filter holds them back. */
  async function pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      await world.clock.advance(MINUTE);
      write();
    }
  }

  async function replace(gone: ReturnType<typeof pod>, come: ReturnType<typeof pod>): Promise<void> {
    world.pods.store.remove(gone);
    await world.clock.advance(1);
    write();
    world.pods.store.set(come);
    await world.clock.advance(1);
    write();
  }

  const limits = (uid: string) => limitedPod({ name: `p-${uid}`, uid });
  const refuses = (uid: string) =>
    pod({ name: `p-${uid}`, uid, secrets: [COPY], waiting: ['ErrImagePull', CAUSES.refused()] });

  for (const [condition, blocked, ends] of [
    ['RateLimited', limits, ['RateLimited True', 'RateLimited False']],
    ['CredentialsAccepted', refuses, ['CredentialsAccepted False', 'CredentialsAccepted True']],
  ] as const)
    it(`makes one ${condition} of it, which ends a window after the last container waited`, async () => {
      await world.start([], [blocked('a')]);
      await pass(20);
      await replace(blocked('a'), pod({ name: 'p-b', uid: 'b' }));
      world.pods.store.set({ ...blocked('b'), resourceVersion: '2' });
      await pass(20);
      await replace(blocked('b'), blocked('c'));
      await pass(20);
      world.pods.store.remove(blocked('c'));
      await world.clock.advance(1);
      await pass(14);
      expect(transitions).to.deep.equal(ends.slice(0, 1));
      await pass(2);
      expect(transitions).to.deep.equal(ends);
    });

  it('says of what waits no more neither that it waits, nor that it was limited since', async () => {
    await world.start([], [limits('a')]);
    await pass(20);
    world.pods.store.remove(limits('a'));
    await world.clock.advance(1);
    write();
    const message = world.flow.report(HUB, said)?.findings.find(({ type }) => type === 'RateLimited')?.message;
    expect(message).to.equal('docker.io: anonymous pulls are limited; no container waits any more');
    expect(said.rateLimit).to.deep.equal({ failuresInWindow: 0, lastFailureTime: '2026-01-01T12:20:00Z' });
  });

  it('is not over at once for an operator that starts when the containers have gone that the status tells of', async () => {
    const rateLimit = {
      failuresInWindow: 1,
      lastFailureTime: ago(3_600),
      containers: { count: 1, names: ['ns/p/app'] },
    };
    said = { ...SAID, isLimited: true, rateLimit };
    await world.start([], []);
    await pass(14);
    expect([transitions, said.rateLimit]).to.deep.equal([[], rateLimit]);
    await pass(2);
    expect(transitions).to.deep.equal(['RateLimited False']);
  });

  it('is over with the status that said so, where nothing waited', async () => {
    said = { ...SAID, isLimited: true, rateLimit: { failuresInWindow: 1, lastFailureTime: ago(3_600) } };
    await world.start([], []);
    await pass(1);
    expect(transitions).to.deep.equal(['RateLimited False']);
  });

  it('is not what a policy says that was never limited, though its containers came and went', async () => {
    await world.start([], [pod({ waiting: ['ErrImagePull', CAUSES.missing()] })]);
    await world.happens({ message: failedTo(CAUSES.missing()) });
    await pass(2);
    expect([transitions, said.rateLimit]).to.deep.equal([[], undefined]);
  });
});
