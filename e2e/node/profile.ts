import type { Profile } from '../../test/cluster/profile.ts';
import { API_SERVER_PORT, NODE_ADDRESS, NODE_NAME } from './addresses.ts';

export const KUBELET_USER = `system:node:${NODE_NAME}`;
export const SCHEDULER_USER = 'system:kube-scheduler';

/** A control plane for a node: all controllers, the kubelet and the scheduler with the rights that a real cluster gives them. */
export const WITH_NODE: Profile = {
  listener: () => Promise.resolve({ bindAddress: '0.0.0.0', address: NODE_ADDRESS, port: API_SERVER_PORT }),
  apiServerFlags: [
    '--enable-admission-plugins=NodeRestriction',
    // `kubectl logs` and `exec`: no name of the node can be resolved here.
    '--kubelet-preferred-address-types=InternalIP',
  ],
  controllers: ['*'],
  users: [
    { name: KUBELET_USER, groups: ['system:nodes'] },
    { name: SCHEDULER_USER, groups: [] },
  ],
};
