import { expect } from 'chai';
import { cluster, operatorCluster, useCluster, useOperatorCluster } from './shared.ts';

describe('the shared control plane', () => {
  const plane = useCluster();

  it('is one and the same for every test file that asks', async () => {
    expect(await cluster()).to.equal(plane());
  });
});

describe('the shared control plane with the operator installed', () => {
  const installed = useOperatorCluster();

  it('is the same control plane', async () => {
    expect(installed().plane).to.equal(await cluster());
    expect(await operatorCluster()).to.equal(installed());
  });

  it("gives a kubeconfig of the operator's own ServiceAccount", async () => {
    const { plane, kubeconfig } = installed();
    const { stdout } = await plane.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'], {
      kubeconfig,
    });
    expect(stdout).to.equal('system:serviceaccount:registry-credential-operator:registry-credential-operator');
  });
});
