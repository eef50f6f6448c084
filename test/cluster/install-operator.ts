import { join } from 'node:path';
import { API_GROUP, OPERATOR_NAME, POLICY_PLURAL } from '../../src/names.ts';
import type { ControlPlane } from './control-plane.ts';
import { guardInForce } from './guard-in-force.ts';

const CONFIG = join(import.meta.dirname, '../../config/default');

export interface OperatorCluster {
  readonly plane: ControlPlane;
  /** Path of the kubeconfig of the operator's ServiceAccount, bound by nothing but `config/default`. */
  readonly kubeconfig: string;
  /** The operator's namespace. */
  readonly namespace: string;
}

/**
 * Applies `config/default` as administrator and waits until the CRD is served and the guard refuses what it must. Nobody runs the
 * operator's Deployment here: there is no node.
 * @throws Error with what kubectl said when the manifests are refused; Error when CRD or guard are not in force within a minute.
 */
export async function installOperator(plane: ControlPlane): Promise<OperatorCluster> {
  await plane.apply({ kustomize: CONFIG });
  const crd = `crd/${POLICY_PLURAL}.${API_GROUP}`;
  const established = await plane.kubectl(['wait', '--for=condition=Established', crd, '--timeout=60s']);
  if (established.code !== 0) throw new Error(`the CRD is not served: ${established.stderr.trim()}`);

  const kubeconfig = await plane.serviceAccountKubeconfig(OPERATOR_NAME, OPERATOR_NAME);
  await guardInForce(plane, kubeconfig);
  return { plane, kubeconfig, namespace: OPERATOR_NAME };
}
