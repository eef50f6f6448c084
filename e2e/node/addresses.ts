/** All of it inside the network namespace of a sandbox: nothing of it is seen outside. */

export const NODE_NAME = 'node-1';
/** The node, its API server and whatever the stories listen with. */
export const NODE_ADDRESS = '10.85.0.1';
export const POD_NETWORK = '10.85.0.0/24';
export const NODE_IN_POD_NETWORK = `${NODE_ADDRESS}/24`;
/** The first address of the services' range: that of the API server. */
export const API_SERVICE_ADDRESS = '10.96.0.1';
export const API_SERVER_PORT = 443;

/** Where a registry of the stories listens, and by which host name images are pulled from it. */
export interface RegistryPlace {
  /** As in image references. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

/** Stands for Docker Hub: what an image without a host is pulled from. */
export const HUB: RegistryPlace = { host: 'docker.io', address: NODE_ADDRESS, port: 5000 };
/** A second registry, with a name of its own. */
export const SECOND_REGISTRY: RegistryPlace = { host: 'registry.example.com', address: NODE_ADDRESS, port: 5001 };
