import type { Stage } from './stage.ts';

/** What to try on the control plane while it stays up. */
export const invitation = ({ plane, operator, operatorLog }: Stage): string =>
  `
It stays up until Ctrl-C. In another terminal:

  export KUBECONFIG=${plane.adminKubeconfig}

  kubectl apply -f config/samples/docker-hub.yaml
  kubectl get rcp --watch
  kubectl describe rcp docker-hub
  kubectl create namespace try-me && kubectl -n try-me get secret,serviceaccount -o yaml
  kubectl explain rcp.spec
  kubectl delete rcp docker-hub

  metrics: curl ${operator.metricsUrl}/metrics
  log:     tail -f ${operatorLog}
`;
