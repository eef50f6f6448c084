import { expect } from 'chai';
import { policyName } from '../../src/api/keys.ts';
import type { Occurrences } from '../../src/pulls/events/reconcile-event.ts';
import { FailureLog } from '../../src/pulls/failure-log.ts';
import { WaitingPods } from '../../src/pulls/pods/waiting.ts';
import { take, takeChange, type TakeDeps } from '../../src/pulls/take.ts';
import { CAUSES, COPY, coverage, limited, limitedPod, pod, policy } from './fixtures.ts';

const NOW = 1_000_000;
const ignore = (): void => undefined;
const BACK_OFF = ['ImagePullBackOff', 'Back-off pulling image "harbourlight/ferry:1"'] as const;

describe('taking in a failed pull', () => {
  let failures: FailureLog;
  let waiting: WaitingPods;
  let woken: string[];
  let deps: TakeDeps;
  beforeEach(() => {
    [failures, waiting, woken] = [new FailureLog(), new WaitingPods(), []];
    deps = {
      coverage: coverage([
        policy({ name: policyName('serves') }),
        policy({ name: policyName('elsewhere'), covers: (namespace) => namespace !== 'ns' }),
        policy({ name: policyName('other-registry'), keys: ['ghcr.io'] }),
      ]),
      waiting,
      failures,
      counts: { rateLimited: ignore, refused: ignore, uncovered: ignore, kubeletLimited: ignore },
      notices: { tell: ignore },
      wake: (name) => woken.push(name),
      isOurs: true,
      now: NOW,
    };
  });
  const tell = (changes: Partial<Occurrences> = {}): void => {
    take({ failure: limited(), pod: pod({ waiting: BACK_OFF }), count: 1, last: 0, ...changes }, deps);
  };
  const records = () => failures.within(2 * NOW, NOW);
  const change = (now: ReturnType<typeof pod>) => {
    const changed = waiting.update(now, NOW);
    if (changed === undefined) throw new Error('nothing changed');
    takeChange(changed, deps);
  };

  it('wakes no policy but those that cover the namespace and serve the registry', () => {
    tell();
    expect(new Set(woken)).to.deep.equal(new Set(['serves']));
    woken.length = 0;
    change(pod({ waiting: ['ErrImagePull', CAUSES.missing()] }));
    expect(woken).to.deep.equal(['serves']);
  });

  it('believes no Event that it happened in the future', () => {
    tell({ before: NOW + 60_000 });
    expect(records().map(({ at }) => at)).to.deep.equal([NOW]);
  });

  it('takes what happened before for as old as it is: it displaces no younger cause', () => {
    tell({ before: NOW - 20 });
    tell({ before: NOW - 30, failure: limited({ outcome: 'not-found' }) });
    expect([...waiting.blocked()]).to.have.lengthOf(1);
    expect(records().map(({ at }) => at)).to.deep.equal([NOW - 20]);
  });

  it('remembers of a refusal whose credentials were sent, and of a pod nothing else', () => {
    const failure = limited({ outcome: 'credentials-refused' });
    tell({ failure, pod: pod({ secrets: ['planted-secret', COPY] }) });
    const [refused] = records();
    expect(refused).to.deep.include({ outcome: 'credentials-refused', sent: ['serves'] });
    expect(JSON.stringify(refused)).not.to.include('planted-secret');
  });

  it('remembers no credential of a refusal that says that none was sent', () => {
    const told: string[] = [];
    deps = { ...deps, notices: { tell: ({ kind }) => told.push(kind) } };
    tell({ failure: limited({ outcome: 'credentials-refused', kind: 'anonymous' }), pod: pod({ secrets: [COPY] }) });
    expect(records()[0]).to.deep.include({ outcome: 'credentials-refused', sent: [] });
    expect(told).to.deep.equal(['anonymous']);
  });

  it('takes the end of a wait for the time of the last failure, and counts none', () => {
    change(limitedPod());
    expect(records()).to.deep.equal([]);
    change(pod());
    expect(records().map(({ at, count, registry }) => [at, count, registry])).to.deep.equal([[NOW, 0, 'docker.io']]);
  });

  it('wakes a policy where another host answers now, in the same words', () => {
    change(pod({ waiting: ['ErrImagePull', CAUSES.mirrorLimited()] }));
    woken.length = 0;
    change(limitedPod());
    expect(woken).to.deep.equal(['serves']);
  });

  it('does not take for the end of a wait that the registry says more of its limit', () => {
    change(limitedPod());
    change(limitedPod({ waiting: ['ErrImagePull', CAUSES.anonymous()] }));
    expect(records()).to.deep.equal([]);
  });
});
