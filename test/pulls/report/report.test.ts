import { expect } from 'chai';
import type { RegistryCredentialPolicyStatus } from '../../../src/api/generated.ts';
import { reportNothing, type ReportInput } from '../../../src/pulls/report/report.ts';
import { saidBefore } from '../../../src/pulls/report/said-before.ts';
import { table } from '../../table.ts';
import { CAUSES, COPY, coverage, HUB_KEY, IMAGE, limitedPod, pod, policy, record, refusal } from '../fixtures.ts';
import { MINUTE, NOTHING, NOW, NO_NAMES, WINDOW, blocked, finding, report, seconds } from './reporting.ts';

const limit = (changes: Partial<ReportInput> = {}) => finding('RateLimited', changes);

describe('the condition RateLimited', () => {
  describe('turns True at the threshold, and False after a quiet window', () => {
    const cases = table(
      'failures | threshold | waiting | was   | last failure ago | now',
      '0        | 1         | 0       | False | -                | False NoRecentFailures',
      '1        | 1         | 0       | False | 1m               | True AnonymousPullLimit',
      '2        | 3         | 0       | False | 1m               | False NoRecentFailures',
      '3        | 3         | 0       | False | 1m               | True AnonymousPullLimit',
      '2        | 3         | 0       | True  | 1m               | True AnonymousPullLimit',
      '0        | 3         | 1       | False | -                | True AnonymousPullLimit',
      '0        | 1         | 1       | True  | 60m              | True AnonymousPullLimit',
      '0        | 1         | 0       | True  | 15m              | False NoRecentFailures',
      '0        | 1         | 0       | True  | -                | False NoRecentFailures',
      '0        | 1         | 0       | True  | 14m              | as before',
    );
    for (const row of cases) {
      it(row.title, () => {
        const ago = row['last failure ago'];
        const lastFailureTime = ago === '-' ? undefined : seconds(NOW - Number.parseInt(ago) * MINUTE);
        const rateLimit = lastFailureTime === undefined ? undefined : { failuresInWindow: 9, lastFailureTime };
        const found = report({
          policy: policy({ threshold: Number(row.threshold) }),
          records: row.failures === '0' ? [] : [record({ at: NOW - MINUTE, count: Number(row.failures) })],
          blocked: row.waiting === '0' ? [] : blocked(limitedPod()),
          before: { ...NOTHING, rateLimit, isLimited: row.was === 'True' },
        });
        const said = found.findings.find(({ type }) => type === 'RateLimited');
        expect(said === undefined ? 'as before' : `${said.status} ${said.reason}`).to.equal(row.now);
        if (said === undefined) expect(found.rateLimit).to.deep.equal(rateLimit);
      });
    }
  });

  it('gives the reason of the kind that most failures had', () => {
    const kinds = [
      ['account', 'AccountPullLimit'],
      ['abuse', 'AbuseLimit'],
      ['unknown', 'RegistryLimit'],
      ['anonymous', 'AnonymousPullLimit'],
    ] as const;
    for (const [kind, reason] of kinds)
      expect(
        limit({ records: [record({ at: NOW, kind: 'abuse' }), record({ at: NOW, kind, count: 5 })] })?.reason,
      ).to.equal(reason);
  });

  it('does not guess whose limit it is where a credential reached a registry other than Docker Hub', () => {
    const ghcr = policy({ keys: [HUB_KEY, 'ghcr.io'] });
    const image = 'ghcr.io/harbourlight/ferry:1';
    const words = 'toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute';
    const pods = [
      pod({ name: 'a', uid: 'a', image, secrets: [COPY], waiting: ['ErrImagePull', words] }),
      pod({ name: 'b', uid: 'b', image, secrets: [COPY], waiting: ['ErrImagePull', words] }),
      limitedPod({ name: 'c', uid: 'c' }),
    ];
    const found = report({ policy: ghcr, coverage: coverage([ghcr]), blocked: blocked(...pods) });
    const limited = found.findings.find(({ type }) => type === 'RateLimited');
    expect(limited?.reason).to.equal('RegistryLimit');
    expect(limited?.message)
      .to.match(/^ghcr\.io: pulls are limited, and the registry does not say/)
      .and.to.include('3 limited pulls, 3 containers waiting')
      .and.to.include('1 (AdmittedBefore)');
    expect(found.rateLimit?.registries?.map(({ host, kind, inferred }) => [host, kind, inferred])).to.deep.equal([
      ['docker.io', 'anonymous', true],
      ['ghcr.io', 'unknown', true],
    ]);
  });

  it('believes the runtime that it had no login, whatever the pod refers to', () => {
    const found = limit({
      blocked: blocked(pod({ secrets: [COPY], waiting: ['ErrImagePull', CAUSES.tokenLimited()] })),
    });
    expect(found?.reason).to.equal('AnonymousPullLimit');
    expect(found?.message).to.include('1 (Unexplained)');
  });

  it('names the mirror that answered, whose own limit it may be', () => {
    const reasons: readonly (readonly [readonly string[], string])[] = [
      [[], 'AnonymousPullLimit'],
      [[COPY], 'AccountPullLimit'],
    ];
    for (const [secrets, reason] of reasons) {
      const found = limit({ blocked: blocked(pod({ secrets, waiting: ['ErrImagePull', CAUSES.mirrorLimited()] })) });
      expect(found?.reason).to.equal(reason);
      expect(found?.message)
        .to.match(/^docker\.io through mirror\.example\.net: /)
        .and.to.include('; a mirror answered, whose own limit it may be; 1 limited pull');
    }
  });

  it('tells registries apart where one short name was looked for in two', () => {
    const both = policy({ keys: [HUB_KEY, 'quay.io'] });
    const fromQuay = 'reading manifest 1 in quay.io/harbourlight/ferry: toomanyrequests: slow down';
    const pods = [
      limitedPod({ name: 'a', uid: 'a', secrets: [COPY] }),
      limitedPod({ name: 'b', uid: 'b', secrets: [COPY], waiting: ['ErrImagePull', fromQuay] }),
    ];
    const { rateLimit } = report({ policy: both, coverage: coverage([both]), blocked: blocked(...pods) });
    expect(rateLimit?.registries?.map(({ host, kind }) => [host, kind])).to.deep.equal([
      ['docker.io', 'account'],
      ['quay.io', 'unknown'],
    ]);
  });

  it('concerns neither other namespaces, other registries, nor other outcomes', () => {
    const records = [
      record({ at: NOW, namespace: 'other' }),
      record({ at: NOW, registry: 'ghcr.io' }),
      refusal({ at: NOW }),
    ];
    const covering = policy({ covers: (namespace) => namespace === 'ns' });
    const elsewhere = blocked(limitedPod({ namespace: 'other' }), limitedPod({ name: 'q', image: 'ghcr.io/a/b:1' }));
    expect(limit({ policy: covering, records, blocked: elsewhere })?.status).to.equal('False');
  });

  it('names each cause with its pods and what to do, and pulls that are not needed', () => {
    const pods = [
      limitedPod({ name: 'a', uid: 'a', pullPolicy: 'Always' }),
      limitedPod({ name: 'b', uid: 'b' }),
      limitedPod({ name: 'c', uid: 'c', secrets: ['own'], image: `${IMAGE}@sha256:${'a'.repeat(64)}` }),
      pod({ name: 'd', uid: 'd', secrets: [COPY], waiting: ['ErrImagePull', CAUSES.anonymous()] }),
    ];
    const message = limit({ blocked: blocked(...pods) })?.message;
    expect(message)
      .to.include('docker.io: anonymous pulls are limited; 4 limited pulls, 4 containers waiting')
      .and.to.include('2 (AdmittedBefore) created before their ServiceAccount had the entry: restart the workload')
      .and.to.include('1 (OwnPullSecrets)')
      .and.to.include('1 (Unexplained)')
      .and.to.include('3 of 4 pulled more often than need be');
  });
});

describe('status.rateLimit', () => {
  it('is absent for a policy that never met a limit, and keeps the last time for one that did', () => {
    expect(report().rateLimit).to.equal(undefined);
    const lastFailureTime = '2026-01-01T00:00:00Z';
    const before = { ...NOTHING, rateLimit: { failuresInWindow: 4, lastFailureTime } };
    expect(report({ before }).rateLimit).to.deep.equal({ failuresInWindow: 0, lastFailureTime });
  });

  it('adds up failures by registry and kind, said ones before inferred ones, sorted', () => {
    const records = [
      record({ at: NOW - MINUTE, count: 2, kind: 'anonymous', inferred: true }),
      record({ at: NOW - 2 * MINUTE, count: 3, kind: 'anonymous', inferred: false, namespace: 'b' }),
      record({ at: NOW, kind: 'account', inferred: true }),
    ];
    expect(report({ records }).rateLimit).to.deep.equal({
      failuresInWindow: 6,
      lastFailureTime: seconds(NOW),
      namespaces: { count: 2, names: ['b', 'ns'] },
      containers: { count: 0, names: [] },
      registries: [
        { host: 'docker.io', kind: 'account', inferred: true, failures: 1, lastFailureTime: seconds(NOW) },
        { host: 'docker.io', kind: 'anonymous', inferred: false, failures: 5, lastFailureTime: seconds(NOW - MINUTE) },
      ],
      unreached: {},
    });
  });

  it('has the time at which a wait began to be told of, or any later failure, and never goes back', () => {
    const timeOf = (said: number | undefined, changes: Partial<ReportInput>): string | undefined => {
      const rateLimit = said === undefined ? undefined : { failuresInWindow: 1, lastFailureTime: seconds(said) };
      return report({ before: { ...NOTHING, rateLimit }, ...changes }).rateLimit?.lastFailureTime;
    };
    const waiting = { blocked: blocked(limitedPod()) };
    const told = (at: number) => ({ records: [record({ at })] });
    const hour = NOW - 60 * MINUTE;
    expect([timeOf(undefined, waiting), timeOf(hour, waiting)]).to.deep.equal([seconds(NOW), seconds(hour)]);
    expect([timeOf(undefined, told(hour)), timeOf(NOW, told(hour)), timeOf(hour, told(NOW))]).to.deep.equal(
      [hour, NOW, NOW].map(seconds),
    );
  });

  it('counts pods, not containers, where the credential does not reach', () => {
    const one = limitedPod();
    const [app] = one.containers;
    if (app === undefined) throw new Error('a pod without containers');
    const two = { ...one, containers: [app, { ...app, name: 'sidecar' }] };
    const { rateLimit } = report({ blocked: blocked(two) });
    expect([rateLimit?.containers?.count, rateLimit?.unreached]).to.deep.equal([2, { AdmittedBefore: 1 }]);
  });

  it('stays within what the API server takes, whatever was counted', () => {
    const long = (index: number): string => `${index.toString().padStart(3, '0')}${'x'.repeat(250)}`;
    const pods = Array.from({ length: 300 }, (_, index) =>
      limitedPod({ name: long(index), namespace: `n${index}`, uid: `u${index}` }),
    );
    const hosts = Array.from({ length: 40 }, (_, index) => `${'h'.repeat(250)}${index}.example`);
    const records = hosts.map((registry) => record({ at: NOW, registry, count: 2 ** 31 - 1 }));
    const keys = ['docker.io', ...hosts];
    const { rateLimit = {}, findings } = report({ policy: policy({ keys }), records, blocked: blocked(...pods) });
    const { namespaces = NO_NAMES, containers = NO_NAMES, registries = [] } = rateLimit;
    expect(rateLimit.failuresInWindow).to.equal(2 ** 31 - 1);
    const all = ['ns', ...pods.map(({ namespace }) => namespace)];
    expect(namespaces).to.deep.equal({ count: 301, names: all.sort().slice(0, 20) });
    expect([containers.count, containers.names.length]).to.deep.equal([300, 20]);
    expect(registries).to.have.lengthOf(20);
    expect(Math.max(...containers.names.map(({ length }) => length))).to.be.at.most(381);
    expect(Math.max(...registries.map(({ host }) => host.length))).to.be.at.most(255);
    expect(JSON.stringify([rateLimit, findings]).length).to.be.below(32_768);
  });
});

describe('when a report has to be made again', () => {
  const recheck = (changes: Partial<ReportInput>) => report(changes).recheckInMs;

  it('is never where time changes nothing', () => {
    expect([recheck({}), recheck({ blocked: blocked(limitedPod()) })]).to.deep.equal([undefined, undefined]);
  });

  it('is at a quarter of the window, and at its end', () => {
    expect(recheck({ records: [record({ at: NOW })] })).to.equal(WINDOW / 4);
    expect(recheck({ records: [record({ at: NOW - WINDOW + MINUTE })] })).to.equal(MINUTE + 1);
    const short = policy({ windowMs: 10_000 });
    expect(recheck({ policy: short, records: [record({ at: NOW })] })).to.equal(10_000);
  });

  it('is when what the status remembers is over', () => {
    const lastFailureTime = seconds(NOW - WINDOW + MINUTE);
    const before = { ...NOTHING, isLimited: true, rateLimit: { failuresInWindow: 1, lastFailureTime } };
    expect(recheck({ before })).to.equal(MINUTE + 1);
    expect(recheck({ before: { ...NOTHING, isRefused: true }, lookedAt: NOW - WINDOW + MINUTE })).to.equal(MINUTE + 1);
  });
});

describe('where nobody has looked', () => {
  it('both conditions are Unknown, and the status stays', () => {
    const rateLimit = { failuresInWindow: 3 };
    const found = reportNothing({ ...NOTHING, rateLimit }, 'why');
    expect(found.rateLimit).to.equal(rateLimit);
    expect(found.findings.map(({ type, status, reason, message }) => [type, status, reason, message])).to.deep.equal([
      ['RateLimited', 'Unknown', 'NothingObserved', 'why'],
      ['CredentialsAccepted', 'Unknown', 'NothingObserved', 'why'],
    ]);
  });

  it('what a status said before counts only for the spec of which it was said', () => {
    const status: RegistryCredentialPolicyStatus = {
      conditions: [
        {
          type: 'RateLimited',
          status: 'True',
          reason: 'r',
          message: '',
          lastTransitionTime: '',
          observedGeneration: 2,
        },
        {
          type: 'CredentialsAccepted',
          status: 'False',
          reason: 'r',
          message: '',
          lastTransitionTime: '',
          observedGeneration: 2,
        },
      ],
    };
    expect(saidBefore({ generation: 2, status })).to.deep.equal({
      rateLimit: undefined,
      isLimited: true,
      isRefused: true,
      isNew: false,
    });
    expect(saidBefore({ generation: 3, status })).to.deep.include({ isLimited: false, isRefused: false, isNew: false });
    expect(saidBefore({ generation: 1, status: {} })).to.deep.include({ isLimited: false, isNew: true });
  });
});
