import { CONTROLLER_MANAGER_USER } from './users.ts';

/**
 * Who did what to which object and with what result, and never a body: those hold credentials. One line per request, when it is complete;
 * the control plane's own requests and the health checks are left out.
 */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  omitManagedFields: true,
  rules: [
    { level: 'None', users: ['system:apiserver', CONTROLLER_MANAGER_USER] },
    { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/openapi/*', '/version'] },
    { level: 'Metadata' },
  ],
};
