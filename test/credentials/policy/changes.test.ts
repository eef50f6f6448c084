import { expect } from 'chai';
import type { Policy } from '../../../src/api/policy.ts';
import { concernsNamespaces, namespacesOfPolicy } from '../../../src/credentials/policy/changes.ts';
import { account, namespace, ownCopy, policy } from '../build.ts';
import { type Cluster, viewOf } from '../view.ts';

describe('concernsNamespaces', () => {
  const old = policy('p');
  const changes: Readonly<Record<string, { now: Partial<Policy>; concerns: boolean }>> = {
    nothing: { now: {}, concerns: false },
    'a status with other counts': {
      now: { resourceVersion: '2', status: { ...old.status, conditions: [] } },
      concerns: false,
    },
    'a new generation': { now: { generation: 2 }, concerns: true },
    'the request to delete it': { now: { deleting: true }, concerns: true },
    'a finalizer that is gone': { now: { finalizers: [] }, concerns: true },
    'a finalizer of somebody else': { now: { finalizers: [...old.finalizers, 'other'] }, concerns: false },
    'another recorded name': { now: { status: { secretNames: ['copy', 'new'] } }, concerns: true },
  };
  for (const [what, { now, concerns }] of Object.entries(changes)) {
    it(`${what}: ${concerns ? 'yes' : 'no'}`, () => {
      expect(concernsNamespaces(old, { ...old, ...now })).to.equal(concerns);
    });
  }

  it('a policy that was not there before: yes', () => {
    expect(concernsNamespaces(undefined, old)).to.equal(true);
  });
});

describe('namespacesOfPolicy', () => {
  const cluster: Cluster = {
    namespaces: ['a', 'b', 'c', 'd'].map((name) => namespace(name)),
    copies: [
      ownCopy({ p: [] }, { namespace: 'c' }),
      ownCopy({ q: [] }, { namespace: 'd' }),
      ownCopy({ p: [] }, { namespace: 'd', name: 'unheard-of' }),
    ],
  };
  const selecting = (...include: string[]) => policy('p', { spec: { namespaces: { include } } });

  it('are those that it matches, and those where a copy records it', () => {
    expect([...namespacesOfPolicy([selecting('a')], viewOf(cluster))]).to.have.members(['a', 'c']);
  });

  it('are those where a ServiceAccount records an entry of its name: its end waits for that', () => {
    const accounts = [
      account('default', { namespace: 'b', recorded: ['copy'] }),
      account('default', { namespace: 'd', recorded: ['unheard-of'] }),
    ];
    expect([...namespacesOfPolicy([selecting('a')], viewOf({ ...cluster, accounts }))]).to.have.members([
      'a',
      'b',
      'c',
    ]);
  });

  it('are those of its older version too', () => {
    expect([...namespacesOfPolicy([selecting('a'), selecting('b')], viewOf(cluster))]).to.have.members(['a', 'b', 'c']);
  });
});
