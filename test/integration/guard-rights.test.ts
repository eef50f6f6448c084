import { expect } from 'chai';
import { useOperatorCluster } from '../cluster/shared.ts';
import { until } from '../cluster/wait.ts';

const FORBIDDEN = [
  'list secrets --all-namespaces',
  'watch secrets --all-namespaces',
  'get secrets/other --namespace=default',
  'list secrets --namespace=kube-system',
  'deletecollection secrets --namespace=default',
  'delete secrets/other --namespace=default',
  'create serviceaccounts --namespace=default',
  'delete serviceaccounts/default --namespace=default',
  'create serviceaccounts --subresource=token --namespace=default',
  'impersonate serviceaccounts --namespace=kube-system',
  'create pods --namespace=default',
  'delete pods --namespace=default',
  'patch namespaces',
  'create events --namespace=kube-system',
  'create registrycredentialpolicies',
  'delete registrycredentialpolicies',
  'patch clusterroles/registry-credential-operator-secret-names',
  'escalate clusterroles',
  'bind clusterroles',
  'patch validatingadmissionpolicies',
  'delete validatingadmissionpolicybindings',
  'update leases/other --namespace=registry-credential-operator',
  'patch secrets/docker-hub --namespace=registry-credential-operator',
];

describe('the operator with its own token', function () {
  this.timeout(60_000);
  const cluster = useOperatorCluster();
  const kubectl = async (args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    cluster().plane.kubectl(args, { kubeconfig: cluster().kubeconfig });

  describe('may not', () => {
    for (const what of FORBIDDEN) {
      it(what, async () => {
        const { stdout } = await kubectl(['auth', 'can-i', ...what.split(' ')]);
        expect(stdout.trim()).to.equal('no');
      });
    }
  });

  it('lists Secrets of the listed name in all namespaces by a field selector', async () => {
    const listed = await kubectl(['get', 'secrets', '-A', '--field-selector=metadata.name=registry-credentials']);
    expect(listed).to.include({ code: 0 });
  });

  it('lists no Secrets of another name by a field selector', async () => {
    const { stderr } = await kubectl(['get', 'secrets', '-A', '--field-selector=metadata.name=other']);
    expect(stderr).to.contain('Forbidden');
  });

  it('finds the expressions of its guard free of warnings', async () => {
    const warnings = async (): Promise<string | undefined> => {
      const path = 'jsonpath={range .items[*]}{.status.observedGeneration}{.status.typeChecking}{"\\n"}{end}';
      const { stdout } = await cluster().plane.kubectl(['get', 'validatingadmissionpolicies', '-o', path]);
      const lines = stdout.trim().split('\n');
      return lines.length >= 3 && lines.every((line) => line.startsWith('1')) ? stdout : undefined;
    };
    expect(await until(warnings, { what: 'type checks of the guard', within: 30_000 })).not.to.contain('warning');
  });
});
