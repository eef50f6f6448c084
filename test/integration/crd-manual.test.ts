import { expect } from 'chai';
import { useOperatorCluster } from '../cluster/shared.ts';

const NAME = 'crd-manual-test';
const credentials = [{ secretRef: { name: 'docker-hub' } }];
const policy = (spec: object): string =>
  JSON.stringify({
    apiVersion: 'registrycredentials.dev/v1alpha1',
    kind: 'RegistryCredentialPolicy',
    metadata: { name: NAME },
    spec: { credentials, namespaces: { include: ['crd-manual-none'] }, ...spec },
  });
const condition = (type: string, status: string, reason: string): object => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

describe('what kubectl says about policies', function () {
  this.timeout(60_000);
  const cluster = useOperatorCluster();

  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await cluster().plane.kubectl(args, input === undefined ? {} : { input });
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return stdout;
  };
  const stored = async (spec: object): Promise<unknown> => {
    const args = ['create', '--dry-run=server', '-o', 'jsonpath={.spec}', '-f', '-'];
    return JSON.parse(await kubectl(args, policy(spec)));
  };

  const DEFAULTS = {
    secret: { name: 'registry-credentials' },
    serviceAccounts: { names: ['default'] },
    conflictPolicy: 'Fail',
    deletionPolicy: 'Delete',
    mode: 'Enforce',
    rateLimit: { window: '15m', threshold: 1 },
  };

  it('fills in the defaults that the manual names, and no namespace of a source', async () => {
    expect(await stored({})).to.deep.equal({
      credentials,
      namespaces: { include: ['crd-manual-none'] },
      ...DEFAULTS,
    });
  });

  it('fills in the rest of an object that is given in part', async () => {
    const spec = await stored({ secret: { labels: { team: 'a' } }, rateLimit: { threshold: 5 } });
    expect(spec).to.deep.include({
      secret: { name: 'registry-credentials', labels: { team: 'a' } },
      rateLimit: { window: '15m', threshold: 5 },
    });
  });

  it('does not add the ServiceAccount default to a selector', async () => {
    const serviceAccounts = { selector: { matchLabels: { pulls: 'yes' } } };
    expect(await stored({ serviceAccounts })).to.deep.include({ serviceAccounts });
  });

  it('explains fields, with defaults and requirements', async () => {
    const spec = await kubectl(['explain', 'rcp.spec']);
    expect(spec).to.match(/credentials\s+<\[\]Object> -required-/);
    expect(spec).to.match(/deletionPolicy\s+<string>\s+enum: Delete, Retain/);
    expect(spec).to.contain('Default: every namespace');
    expect(await kubectl(['explain', 'rcp.spec.credentials.secretRef.namespace'])).to.contain('that the operator');
    expect(await kubectl(['explain', 'rcp.status.failures.reason'])).to.contain('Conflict');
  });

  describe('of a policy with a status', () => {
    const status = {
      conditions: [
        condition('Ready', 'False', 'NamespacesFailing'),
        condition('RateLimited', 'True', 'AccountPullLimit'),
      ],
      namespaces: { matched: 200, synced: 198, failed: 2, summary: '198/200' },
      serviceAccounts: { matched: 400, patched: 396 },
      lastRotation: '2026-01-01T00:00:00Z',
    };
    before(async () => {
      await kubectl(['create', '-f', '-'], policy({}));
      await kubectl(['patch', 'rcp', NAME, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]);
    });
    after(() => kubectl(['delete', 'rcp', NAME]));

    const table = async (...args: string[]): Promise<string[]> => {
      const lines = (await kubectl(['get', 'rcp', NAME, ...args])).trimEnd().split('\n');
      return lines.map((line) => line.replaceAll(/\s+/g, ' '));
    };

    it('gives a table of the state', async () => {
      const [header, row] = await table();
      expect(header).to.equal('NAME READY NAMESPACES SERVICEACCOUNTS RATELIMITED AGE');
      expect(row).to.match(new RegExp(`^${NAME} False 198/200 396 True \\S+$`));
    });

    it('gives a wide table with the name, the last rotation and the reason', async () => {
      const [header, row] = await table('-o', 'wide');
      expect(header).to.equal('NAME READY NAMESPACES SERVICEACCOUNTS RATELIMITED SECRET ROTATED REASON AGE');
      expect(row).to.match(
        new RegExp(`^${NAME} False 198/200 396 True registry-credentials \\S+ NamespacesFailing \\S+$`),
      );
    });

    it('does not count a change of the status as a generation', async () => {
      expect(await kubectl(['get', 'rcp', NAME, '-o', 'jsonpath={.metadata.generation}'])).to.equal('1');
    });
  });
});
