import { API_SERVICE_ADDRESS, NODE_ADDRESS, NODE_IN_POD_NETWORK, POD_NETWORK } from './addresses.ts';
import { runTool } from './tool.ts';

/** The bridge that pods hang on; the node's address is its own. */
const BRIDGE = 'cni0';

/**
 * Gives the node its address, and the API server's service address with it: a pod then reaches the API server at the address that its
 * environment names, without kube-proxy. There is no way out of the network namespace.
 */
export async function setUpNetwork(): Promise<void> {
  const steps = [
    // Without an address of its own a bridge takes that of one of its ports, and a pod that goes cuts the others off for a minute.
    ['link', 'add', BRIDGE, 'address', '02:00:0a:55:00:01', 'type', 'bridge'],
    ['addr', 'add', NODE_IN_POD_NETWORK, 'dev', BRIDGE],
    ['addr', 'add', `${API_SERVICE_ADDRESS}/32`, 'dev', BRIDGE],
    ['link', 'set', BRIDGE, 'up'],
    // The kubelet takes the machine for one without network where there is no default route.
    ['route', 'add', 'default', 'via', NODE_ADDRESS],
  ];
  for (const step of steps) await runTool('ip', step);
}

/** The network of pods, for the plugins `bridge` and `host-local` (CNI specification 1.0). */
export const podNetwork = (stateFolder: string): object => ({
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: BRIDGE,
      isGateway: true,
      forceAddress: false,
      ipMasq: false,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: stateFolder,
        ranges: [[{ subnet: POD_NETWORK, gateway: NODE_ADDRESS }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
});
