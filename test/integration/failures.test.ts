import { expect } from 'chai';
import { NAMESPACES, SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { OPERATOR_NAME } from '../../src/names.ts';
import { isApiError } from '../../src/kube/errors.ts';
import { auditEvents, auditMark } from '../cluster/audit.ts';
import {
  ADMISSION_BINDINGS,
  ADMISSION_POLICIES,
  CONFIG_MAPS,
  COPY,
  dockerConfigJson,
  login,
  QUOTAS,
} from './objects.ts';
import { useWorld } from './world.ts';

const WORDS = 'no pull secrets here, said the test';
/** Longer than the operator's back-off after the few failures of a test. */
const BACKED_OFF = 60_000;

describe('what one namespace refuses', function () {
  this.timeout(120_000);
  const world = useWorld('refuse');

  /** The admission policy of a scene: refuses what happens to `resource` in its namespace. */
  async function refusing(namespace: string, resource: 'secrets' | 'serviceaccounts', operations: readonly string[]) {
    const name = `refuse-${namespace}`;
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations, resources: [resource] };
    await world().api.create(
      ADMISSION_POLICIES,
      {},
      {
        metadata: { name },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: { resourceRules: [rule] },
          validations: [{ expression: 'false', message: WORDS }],
        },
      },
    );
    const selector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
    await world().api.create(
      ADMISSION_BINDINGS,
      {},
      {
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: ['Deny'],
          matchResources: { namespaceSelector: selector },
        },
      },
    );
    return {
      end: async (): Promise<void> => {
        await world().api.delete(ADMISSION_BINDINGS, { name });
        await world().api.delete(ADMISSION_POLICIES, { name });
      },
    };
  }

  it('quota: Rejected with the words of the API server, there alone; it heals when there is room', async () => {
    const scene = world().scene('quota');
    const [full, free] = [await scene.namespace('a'), await scene.namespace('b')];
    await world().api.create(
      QUOTAS,
      { namespace: full },
      { metadata: { name: 'none' }, spec: { hard: { secrets: '0' } } },
    );
    await scene.until('the quota in force', async () => {
      const quota = await world().api.get(QUOTAS, { namespace: full, name: 'none' });
      return 'status' in quota && JSON.stringify(quota.status).includes('"hard"') ? true : undefined;
    });
    await scene.source();
    await scene.policy();
    const { status } = await scene.untilReason('Ready', 'NamespacesFailing');
    expect(status?.namespaces).to.deep.equal({ matched: 2, synced: 1, failed: 1, summary: '1/2' });
    expect(status?.failures?.[0]).to.include({ namespace: full, reason: 'Rejected' });
    expect(status?.failures?.[0]?.message).to.contain('exceeded quota: none');
    expect(await scene.entries(full)).to.deep.equal([]);
    expect(await scene.entries(free)).to.deep.equal([COPY]);

    await world().api.delete(QUOTAS, { namespace: full, name: 'none' });
    await scene.until('healed by the back-off', () => scene.secret(full), BACKED_OFF);
    await scene.untilSynced(2);
    expect(await scene.entries(full)).to.deep.equal([COPY]);
  });

  it('admission of the Secret: Rejected with its words, few attempts, and it heals', async () => {
    const scene = world().scene('secret');
    const [closed] = [await scene.namespace('a'), await scene.namespace('b')];
    const admission = await refusing(closed, 'secrets', ['CREATE']);
    await scene.until('the admission policy in force', async () => {
      const probe = { metadata: { generateName: 'probe-' } };
      const attempt = world().api.create(SECRETS, { namespace: closed }, probe);
      return attempt.then(
        () => undefined,
        (error: unknown) => (isApiError(error, 'invalid', 'forbidden') ? true : undefined),
      );
    });
    await scene.source();
    const mark = await auditMark(world().cluster.plane.auditLog);
    await scene.policy();
    const { status } = await scene.untilReason('Ready', 'NamespacesFailing');
    expect(status?.namespaces?.summary).to.equal('1/2');
    expect(status?.failures?.[0]).to.include({ namespace: closed, reason: 'Rejected' });
    expect(status?.failures?.[0]?.message).to.contain(WORDS);

    await admission.end();
    await scene.until('healed by the back-off', () => scene.secret(closed), BACKED_OFF);
    await scene.untilSynced(2);
    const attempts = (await auditEvents(world().cluster.plane.auditLog, mark)).filter(
      ({ verb, objectRef }) => verb === 'create' && objectRef?.resource === 'secrets' && objectRef.namespace === closed,
    );
    // The first delay is at least half of the base and each next one longer, so a hot loop would show in hundreds.
    expect(attempts.length).to.be.greaterThan(1).and.lessThan(15);
  });

  it('admission of the ServiceAccount: Rejected, and the copy is there all the same', async () => {
    const scene = world().scene('account');
    const closed = await scene.namespace('a');
    const admission = await refusing(closed, 'serviceaccounts', ['UPDATE']);
    await scene.until('the admission policy in force', async () => {
      const attempt = world().api.patch(
        SERVICE_ACCOUNTS,
        { namespace: closed, name: 'default' },
        { metadata: { labels: { probe: 'yes' } } },
        'merge',
      );
      return attempt.then(
        () => undefined,
        () => true as const,
      );
    });
    await scene.source();
    await scene.policy();
    const { status } = await scene.untilReason('Ready', 'NamespacesFailing');
    expect(status?.failures?.[0]).to.include({ namespace: closed, reason: 'Rejected' });
    expect(status?.failures?.[0]?.message).to.contain(WORDS).and.to.contain('serviceaccounts/default');
    expect(await scene.secret(closed)).to.not.equal(undefined);
    await admission.end();
    await scene.until(
      'healed by the back-off',
      async () => ((await scene.entries(closed)).length > 0 ? true : undefined),
      BACKED_OFF,
    );
    await scene.untilSynced(1);
  });

  it('a rotation that one namespace refuses reaches the others, and that one keeps what it had', async () => {
    const scene = world().scene('rotation');
    const [closed, open] = [await scene.namespace('a'), await scene.namespace('b')];
    await scene.source();
    await scene.policy();
    await scene.untilSynced(2);
    const before = await scene.secret(closed);
    const admission = await refusing(closed, 'secrets', ['UPDATE']);
    await scene.until('the admission policy in force', async () =>
      world()
        .api.patch(SECRETS, { namespace: closed, name: COPY }, { metadata: { labels: { probe: 'yes' } } }, 'merge')
        .then(
          () => undefined,
          () => true as const,
        ),
    );
    await scene.rotate(dockerConfigJson({ 'registry.example.com': login('user', 'second') }));
    const { status } = await scene.untilReason('Ready', 'NamespacesFailing');
    expect(status?.namespaces?.summary).to.equal('1/2');
    expect((await scene.secret(closed))?.data).to.deep.equal(before?.data);
    expect((await scene.secret(open))?.data).to.not.deep.equal(before?.data);
    expect(await scene.entries(closed)).to.deep.equal([COPY]);
    await admission.end();
    await scene.until(
      'healed by the back-off',
      async () =>
        (await scene.secret(closed))?.data?.['.dockerconfigjson'] === before?.data?.['.dockerconfigjson']
          ? undefined
          : true,
      BACKED_OFF,
    );
    await scene.untilSynced(2);
  });

  it('a namespace that is terminating is neither matched nor failed', async () => {
    const scene = world().scene('terminating');
    const [leaving] = [await scene.namespace('a'), await scene.namespace('b')];
    await world().api.create(
      CONFIG_MAPS,
      { namespace: leaving },
      { metadata: { name: 'holds', finalizers: ['example.com/hold'] } },
    );
    await world().api.delete(NAMESPACES, { name: leaving });
    await scene.source();
    await scene.policy();
    const { status } = await scene.untilSynced(1);
    expect(status?.failures).to.deep.equal([]);
    expect(await scene.secret(leaving)).to.equal(undefined);
    await world().api.patch(
      CONFIG_MAPS,
      { namespace: leaving, name: 'holds' },
      { metadata: { finalizers: null } },
      'merge',
    );
  });

  it('the list of failures is sorted and bounded, with a total', async () => {
    const scene = world().scene('many');
    const names = await Promise.all(
      Array.from({ length: 23 }, (_, at) => scene.namespace(at.toString().padStart(2, '0'))),
    );
    for (const namespace of names)
      await world().api.create(SECRETS, { namespace }, { metadata: { name: COPY }, type: 'Opaque' });
    await scene.source();
    await scene.policy();
    const { status } = await scene.untilReason('Ready', 'NamespacesFailing');
    expect(status?.failures?.map(({ namespace }) => namespace)).to.deep.equal(names.slice(0, 20));
    expect(status?.failureSummary).to.deep.equal({ total: 23, byReason: { Conflict: 23 } });
  });

  it('a ServiceAccount that is absent is no failure', async () => {
    const scene = world().scene('absent');
    await scene.namespace('a');
    await scene.source();
    await scene.policy({ serviceAccounts: { names: ['nobody'] } });
    const { status } = await scene.untilSynced(1);
    expect(status?.serviceAccounts).to.deep.equal({ matched: 0, patched: 0 });
  });

  it('somebody who keeps removing our entry is left alone after a while, and it heals when they stop', async () => {
    const scene = world().scene('fight');
    const namespace = await scene.namespace('a');
    await scene.source();
    await scene.policy();
    const undo = async (): Promise<true | undefined> => {
      if ((await scene.entries(namespace)).length > 0)
        await world().api.patch(SERVICE_ACCOUNTS, { namespace, name: 'default' }, { imagePullSecrets: null }, 'merge');
      return (await scene.found())?.status?.failures?.[0]?.reason === 'Contended' ? true : undefined;
    };
    await scene.until('Contended', undo, 30_000);
    expect(await scene.entries(namespace)).to.deep.equal([]);
    expect(await scene.secret(namespace)).to.not.equal(undefined);
    await scene.until(
      'the entry again',
      async () => ((await scene.entries(namespace)).includes(COPY) ? true : undefined),
      BACKED_OFF,
    );
    await scene.untilSynced(1);
  });

  it('keeps a name of its own out of the messages', async () => {
    const scene = world().scene('secretless');
    const closed = await scene.namespace('a');
    await scene.source(dockerConfigJson({ 'registry.example.com': login('confidential-user', 'confidential-word') }));
    await world().api.create(SECRETS, { namespace: closed }, { metadata: { name: COPY }, type: 'Opaque' });
    await scene.policy();
    await scene.untilReason('Ready', 'NamespacesFailing');
    await scene.untilEvent('NamespacesFailing');
    const told = [
      JSON.stringify(await scene.found()),
      JSON.stringify(await scene.events()),
      JSON.stringify(world().operator.logs),
      await world().operator.metrics(),
    ].join('\n');
    expect(told).to.not.contain('confidential');
    expect(told).to.not.contain(Buffer.from('confidential-user:confidential-word').toString('base64'));
    expect(told).to.contain(OPERATOR_NAME);
  });
});
