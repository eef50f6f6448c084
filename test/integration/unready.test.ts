import { expect } from 'chai';
import { join } from 'node:path';
import { OPERATOR_NAME } from '../../src/names.ts';
import { startControlPlane, type ControlPlane } from '../cluster/control-plane.ts';
import { until } from '../cluster/wait.ts';
import { OperatorProcess } from '../cluster/operator-process.ts';

const CONFIG = join(import.meta.dirname, '../../config');
/** The longest pause after a refusal is half a minute. */
const NOTICED_WITHIN = 60_000;

describe('an operator that cannot see what it must', function () {
  this.timeout(180_000);
  let plane: ControlPlane | undefined;
  let operator: OperatorProcess | undefined;

  /** A control plane of its own: this takes away what other tests need. */
  before(async () => {
    plane = await startControlPlane();
  });
  after(async () => {
    await operator?.stop('SIGKILL');
    await plane?.stop();
  });

  const own = (): ControlPlane => {
    if (plane === undefined) throw new Error('no control plane');
    return plane;
  };
  async function started(): Promise<OperatorProcess> {
    await operator?.stop('SIGKILL');
    operator = await OperatorProcess.start({
      kubeconfig: await own().serviceAccountKubeconfig(OPERATOR_NAME, OPERATOR_NAME),
    });
    return operator;
  }
  const untilSaid = (process: OperatorProcess, sentence: string): Promise<string> =>
    until(
      async () => {
        const { status, body } = await process.readyz();
        return status === 503 && body.includes(sentence) ? body : undefined;
      },
      { what: `/readyz says ${sentence}`, within: NOTICED_WITHIN },
    );
  const untilReady = (process: OperatorProcess): Promise<true> =>
    until(async () => ((await process.readyz()).status === 200 ? true : undefined), {
      what: 'ready',
      within: NOTICED_WITHIN,
    });
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await own().kubectl(args);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  /** A storm of the same line would fill the logs of a cluster that is down. */
  const complaints = ({ logs }: OperatorProcess): number =>
    logs.filter(({ level }) => level === 'warn' || level === 'error').length;

  it('says which rights and which CRD it lacks and what to do, and goes on by itself when they come', async () => {
    await own().apply({ kustomize: join(CONFIG, 'default') });
    await kubectl('delete', 'clusterrolebinding', OPERATOR_NAME);
    await kubectl('delete', 'crd', 'registrycredentialpolicies.registrycredentials.dev');

    const process = await started();
    const blind = await untilSaid(process, 'may not list and watch policies');
    expect(blind).to.contain('kubectl apply -k config/rbac').and.to.contain('namespaces').and.to.contain('accounts');
    await own().apply({ kustomize: join(CONFIG, 'rbac') });
    expect(await untilSaid(process, 'does not know policies')).to.contain('kubectl apply -k config/crd');
    await own().apply({ kustomize: join(CONFIG, 'crd') });
    await untilReady(process);
    expect(complaints(process)).to.be.lessThan(15);
  });

  it('names the one resource that it may not watch', async () => {
    const role = JSON.parse(await kubectl('get', 'clusterrole', OPERATOR_NAME, '-o', 'json')) as unknown;
    const rules = typeof role === 'object' && role !== null && 'rules' in role ? role.rules : [];
    const without = (Array.isArray(rules) ? rules : []).filter(
      (rule) => !JSON.stringify(rule).includes('"namespaces"'),
    ) as unknown;
    const give = (value: unknown): Promise<string> =>
      kubectl('patch', 'clusterrole', OPERATOR_NAME, '--type=merge', '-p', JSON.stringify({ rules: value }));
    await give(without);
    const process = await started();
    expect(await untilSaid(process, 'may not list and watch namespaces')).to.not.contain('policies');
    await give(rules);
    await untilReady(process);
  });

  it('turns unready while the API server is away, and comes back without a restart', async () => {
    const process = await started();
    await untilReady(process);
    const before = complaints(process);
    await own().stopApiServer();
    await untilSaid(process, 'the watch of');
    expect((await process.healthz()).status).to.equal(200);
    await own().restartApiServer();
    await untilReady(process);
    expect(process.running).to.equal(true);
    expect(complaints(process) - before).to.be.lessThan(30);
  });

  it('waits for an API server that is away at its start', async () => {
    const kubeconfig = await own().serviceAccountKubeconfig(OPERATOR_NAME, OPERATOR_NAME);
    await own().stopApiServer();
    await operator?.stop('SIGKILL');
    operator = await OperatorProcess.start({ kubeconfig });
    await untilSaid(operator, 'waiting for the first list of');
    await own().restartApiServer();
    await untilReady(operator);
  });
});
