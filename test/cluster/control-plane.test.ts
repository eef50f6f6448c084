import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { auditEvents, auditMark } from './audit.ts';
import { findBinaries } from './binaries.ts';
import { startControlPlane } from './control-plane.ts';
import { allGone, runs } from './fixtures/child.ts';
import { workspace } from './fixtures/workspace.ts';
import { logToStderr } from './log.ts';
import { useCluster } from './shared.ts';
import { until } from './wait.ts';

const NAMESPACE = 'control-plane-test';
const WORD = 'nobody-may-read-this';
const ignore = (): void => undefined;

describe('the control plane', function () {
  this.timeout(60_000);
  const plane = useCluster();

  before(async () => {
    await plane().apply({
      yaml: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }),
    });
  });

  after(async () => {
    await plane().kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  });

  it('gives each new namespace its default ServiceAccount', async () => {
    const { code } = await plane().kubectl([
      'wait',
      '--for=create',
      '-n',
      NAMESPACE,
      'serviceaccount/default',
      '--timeout=30s',
    ]);
    expect(code).to.equal(0);
  });

  it('removes a deleted namespace', async () => {
    const name = `${NAMESPACE}-gone`;
    await plane().kubectl(['create', 'namespace', name]);
    const { code } = await plane().kubectl(['delete', 'namespace', name, '--timeout=30s']);
    expect(code).to.equal(0);
  });

  it('lets a user without rights read nothing', async () => {
    const { stderr } = await plane().kubectl(['get', 'secrets', '-A'], {
      kubeconfig: await plane().kubeconfigFor('alice'),
    });
    expect(stderr).to.include('User "alice" cannot list resource "secrets"');
  });

  it('names the users that there are when another one is asked for', async () => {
    const failure = await plane().kubeconfigFor('mallory').catch(String);
    expect(failure).to.include('no user mallory').and.to.include('alice');
  });

  it('gives a ServiceAccount its own identity', async () => {
    const kubeconfig = await plane().serviceAccountKubeconfig('default', 'default');
    const { stdout } = await plane().kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'], {
      kubeconfig,
    });
    expect(stdout).to.equal('system:serviceaccount:default:default');
  });

  it('says so when there is no such ServiceAccount', async () => {
    const failure = await plane().serviceAccountKubeconfig('default', 'nobody').catch(String);
    expect(failure).to.include('default/nobody: HTTP status 404');
  });

  it('says what kubectl said when manifests are refused', async () => {
    const failure = await plane()
      .apply({ yaml: '{"apiVersion":"v1","kind":"Nothing","metadata":{"name":"x"}}' })
      .catch(String);
    expect(failure).to.include('no matches for kind "Nothing"');
  });

  it('writes to the audit log who changed what, and no content', async () => {
    const { auditLog } = plane();
    const mark = await auditMark(auditLog);
    const secret = {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name: 'audited', namespace: NAMESPACE },
      stringData: { a: WORD },
    };
    await plane().kubectl(['create', '-f', '-'], { input: JSON.stringify(secret) });
    const event = await until(
      async () => (await auditEvents(auditLog, mark)).find(({ objectRef }) => objectRef?.name === 'audited'),
      { what: 'the audit event', within: 10_000 },
    );
    expect(event).to.deep.include({ verb: 'create' });
    expect(event.user.username).to.equal('administrator');
    expect(event.responseStatus?.code).to.equal(201);
    const log = await readFile(auditLog, 'utf8');
    for (const content of [WORD, Buffer.from(WORD).toString('base64')]) expect(log).not.to.include(content);
  });
});

describe('a control plane of its own', function () {
  this.timeout(0);

  it('keeps its address and data when its API server is stopped and started again', async () => {
    const plane = await startControlPlane({ log: ignore });
    try {
      await plane.kubectl(['create', 'configmap', 'kept']);
      await plane.stopApiServer();
      expect((await plane.kubectl(['get', 'configmap', 'kept'])).code).not.to.equal(0);
      await plane.restartApiServer();
      expect((await plane.kubectl(['get', 'configmap', 'kept'])).code).to.equal(0);
    } finally {
      await plane.stop();
    }
  });

  it('leaves no process and no file when it is stopped, and may be stopped twice', async () => {
    const plane = await startControlPlane({ log: ignore });
    const pids = [...plane.pids.values()];
    expect(await Promise.all(pids.map(runs))).to.deep.equal([true, true, true]);
    await plane.stop();
    await plane.stop();
    await allGone(pids);
    expect(await access(plane.dataDir).catch(() => 'gone')).to.equal('gone');
  });

  it('starts again when a server ends before it is ready, as after a lost race for a port', async () => {
    await using space = await workspace();
    const real = await findBinaries(logToStderr);
    const once = join(space.root, 'failed-once');
    const kubeApiserver = await space.program(
      'kube-apiserver',
      `test -e ${once} && exec ${real.kubeApiserver} "$@"; : > ${once}; echo address already in use >&2; exit 1`,
    );
    const lines: string[] = [];
    const plane = await startControlPlane({ binaries: { ...real, kubeApiserver }, log: (line) => lines.push(line) });
    await plane.stop();
    expect(lines.join('\n')).to.include('address already in use').and.to.include('starting again with other ports');
  });

  it('gives up after three attempts with the last words of the server that did not start', async () => {
    await using space = await workspace();
    const real = await findBinaries(logToStderr);
    const kubeApiserver = await space.program(
      'kube-apiserver',
      `echo attempt >> ${space.root}/attempts; echo bad flag >&2; exit 1`,
    );
    const failure = await startControlPlane({ binaries: { ...real, kubeApiserver }, log: ignore }).catch(String);
    expect(failure).to.include('kube-apiserver ended by itself (status 1)').and.to.include('bad flag');
    expect(await readFile(join(space.root, 'attempts'), 'utf8')).to.equal('attempt\n'.repeat(3));
  });
});
