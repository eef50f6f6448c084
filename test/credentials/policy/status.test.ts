import { expect } from 'chai';
import type { RateLimitStatus } from '../../../src/api/generated.ts';
import { namespaceName, secretName, sourceKey } from '../../../src/api/keys.ts';
import { statusOf } from '../../../src/credentials/policy/status.ts';
import type { Outcome } from '../../../src/credentials/tally.ts';
import { entry, fault, policy, resolution } from '../build.ts';
import { failed, outcome, plan, statusInput } from '../status-input.ts';

describe('statusOf', () => {
  it('counts namespaces and ServiceAccounts', () => {
    const input = statusInput({
      a: outcome('synced', { accounts: { matched: 2, patched: 2 } }),
      b: outcome('pending', { accounts: { matched: 3, patched: 1 } }),
      c: outcome(failed('Conflict'), { accounts: { matched: 1, patched: 0 } }),
      d: undefined,
      e: outcome('synced', { version: 'before', accounts: { matched: 9, patched: 9 } }),
    });
    const status = statusOf(input);
    expect(status.namespaces).to.deep.equal({ matched: 5, synced: 1, failed: 1, summary: '1/5' });
    expect(status.serviceAccounts).to.deep.equal({ matched: 6, patched: 3 });
  });

  it('leaves namespaces out that are not matched any more', () => {
    const input = { ...statusInput({ a: outcome('synced'), b: outcome('synced') }), matched: [namespaceName('a')] };
    expect(statusOf(input).namespaces?.summary).to.equal('1/1');
  });

  it('lists failures sorted, with those of namespaces that it cannot leave, and none of an older version', () => {
    const input = {
      ...statusInput({
        z: outcome(failed('Conflict')),
        b: outcome(failed('Terminating'), { version: '' }),
        a: outcome(failed('Rejected')),
        old: outcome(failed('Rejected'), { version: 'before' }),
      }),
      matched: ['a', 'z', 'old'].map(namespaceName),
    };
    const { failures, failureSummary } = statusOf(input);
    expect(failures?.map(({ namespace, reason }) => `${namespace} ${reason}`)).to.deep.equal([
      'a Rejected',
      'b Terminating',
      'z Conflict',
    ]);
    expect(failureSummary).to.deep.equal({ total: 3, byReason: { Rejected: 1, Terminating: 1, Conflict: 1 } });
  });

  it('adds up the plan of a policy that observes, and has none of one that does not', () => {
    const observing = policy('p', { spec: { mode: 'Observe' } });
    const outcomes = {
      a: outcome('observed', { plan: plan({ create: true, serviceAccounts: 2 }) }),
      b: outcome('observed', { plan: plan({ conflict: true }) }),
      c: outcome('observed', { plan: plan({ create: true, serviceAccounts: 1 }) }),
      d: outcome('observed'),
    };
    expect(statusOf(statusInput(outcomes, { policy: observing })).plan).to.deep.equal({
      create: 2,
      update: 0,
      adopt: 0,
      conflicts: 1,
      serviceAccounts: 3,
    });
    expect(statusOf(statusInput(outcomes))).not.to.have.property('plan');
  });

  it('leaves what the other flow reports as it is', () => {
    const rateLimit: RateLimitStatus = { failuresInWindow: 3 };
    const conditions = [
      {
        type: 'RateLimited',
        status: 'True' as const,
        reason: 'AccountPullLimit',
        message: 'm',
        lastTransitionTime: 't',
      },
    ];
    const before = policy('p', { status: { rateLimit, conditions, secretNames: ['copy'] } });
    const status = statusOf(statusInput({}, { policy: before }));
    expect(status.rateLimit).to.equal(rateLimit);
    expect(status.conditions).to.deep.include(conditions[0]);
  });

  it('takes in what the other flow has to say, and takes away what it says no more', () => {
    const before = policy('p', { status: { rateLimit: { failuresInWindow: 3 }, secretNames: ['copy'] } });
    const finding = {
      type: 'RateLimited' as const,
      status: 'False' as const,
      reason: 'NoRecentFailures',
      message: 'm',
    };
    const addendum = { findings: [finding], rateLimit: undefined };
    const status = statusOf(statusInput({}, { policy: before, addendum }));
    expect(status).not.to.have.property('rateLimit');
    expect(status.conditions?.find(({ type }) => type === 'RateLimited')).to.include(finding);
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).to.equal('True');
  });

  it('names the generation that it was made for, and sorts the Secret names', () => {
    const status = statusOf(statusInput({}, { secretNames: ['b', 'a'].map(secretName) }));
    expect(status.observedGeneration).to.equal(3);
    expect(new Set(status.conditions?.map(({ observedGeneration }) => observedGeneration))).to.deep.equal(new Set([3]));
    expect(status.secretNames).to.deep.equal(['a', 'b']);
  });

  it('keeps what it said of credentials while a source is broken', () => {
    const credentials = [{ registry: 'index.docker.io', source: 'rco/docker-hub', rotatedAt: '2026-01-05T00:00:00Z' }];
    const before = policy('p', {
      status: { secretNames: ['copy'], credentials, lastRotation: '2026-01-05T00:00:00Z' },
    });
    const status = statusOf(statusInput({}, { policy: before, resolution: resolution([], { faults: [fault] }) }));
    expect(status.credentials).to.deep.equal(credentials);
    expect(status.lastRotation).to.equal('2026-01-05T00:00:00Z');
  });

  it('says nothing of logins', () => {
    const status = statusOf(
      statusInput(
        { a: outcome('synced') },
        { resolution: resolution([entry('docker.io', 'planted-user:planted-password')]) },
      ),
    );
    const planted = ['planted', Buffer.from('planted-user:planted-password').toString('base64')];
    for (const text of planted) expect(JSON.stringify(status)).not.to.include(text);
  });

  it('is the same in every byte for the same facts', () => {
    const byNamespace = { a: outcome(failed('Conflict')), b: outcome('synced') };
    const one = statusOf(statusInput(byNamespace));
    const other = statusOf({
      ...statusInput(byNamespace),
      outcomes: new Map([...statusInput(byNamespace).outcomes].reverse()),
      matched: ['b', 'a'].map(namespaceName),
    });
    expect(JSON.stringify(other)).to.equal(JSON.stringify(one));
  });
});

describe('the status of a policy in a very large cluster', () => {
  /** Three bytes in UTF-8, one in the count of the schema. */
  const WORDY = '—'.repeat(5_000);
  const byNamespace = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index): [string, Outcome] => [
      `namespace-${index.toString().padStart(53, '0')}`,
      outcome(failed(index % 2 === 0 ? 'Rejected' : 'Conflict', WORDY), {
        shadowed: [`${index.toString()}.example.com`],
      }),
    ]),
  );
  const entries = Array.from({ length: 500 }, (_, index) => ({
    ...entry(`${index.toString().padStart(4, '0')}.${'a'.repeat(300)}`),
    source: sourceKey('b'.repeat(63), 'c'.repeat(253)),
  }));
  const status = statusOf(
    statusInput(byNamespace, {
      resolution: resolution(entries, { duplicates: entries.map(({ registry }) => registry), deadKeys: [WORDY] }),
      secretNames: Array.from({ length: 16 }, (_, index) => secretName(`${index.toString()}${'d'.repeat(250)}`)),
    }),
  );

  it('stays under 64 KiB', () => {
    expect(Buffer.byteLength(JSON.stringify(status))).to.be.below(64 * 1024);
  });

  it('keeps within the limits of the CRD', () => {
    expect(status.failures).to.have.lengthOf(20);
    expect(status.credentials).to.have.lengthOf(20);
    for (const { message } of status.failures ?? []) expect(message).to.have.length.at.most(512);
    for (const { message } of status.conditions ?? []) expect(message).to.have.length.at.most(1024);
    for (const { registry } of status.credentials ?? []) expect(registry).to.have.length.at.most(255);
    for (const { source } of status.credentials ?? []) expect(source).to.have.length.at.most(317);
  });

  it('counts what it does not list', () => {
    expect(status.failureSummary).to.deep.equal({ total: 10_000, byReason: { Rejected: 5_000, Conflict: 5_000 } });
    expect(status.namespaces?.failed).to.equal(10_000);
  });
});
