import { join } from 'node:path';
import type { ApiClient } from '../../src/kube/client.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { HUB, NODE_ADDRESS, SECOND_REGISTRY } from '../node/addresses.ts';
import type { Node } from '../node/node.ts';
import { DockerRegistry } from '../registry/docker-registry.ts';
import { Limiter } from '../registry/limiter/limiter.ts';
import { installOperator } from './install.ts';
import { OperatorPods } from './operator-pods.ts';

/** Holds the images of both registries; only they talk to it. */
const BACKEND_PORT = 5099;

/** The cluster, its registries, and the operator at work in it as pods. */
export interface World {
  readonly node: Node;
  readonly plane: ControlPlane;
  /** Speaks as the administrator. */
  readonly api: ApiClient;
  /** Where images are pushed to. */
  readonly backend: DockerRegistry;
  /** Stands for Docker Hub. */
  readonly hub: Limiter;
  /** A private registry: nothing without an account. */
  readonly second: Limiter;
  readonly operator: OperatorPods;
}

let shared: Promise<World> | undefined;

/** The world of all stories, made when the first one needs it. */
export const theWorld = (node: Node): Promise<World> => (shared ??= makeWorld(node));

async function makeWorld(node: Node): Promise<World> {
  const { plane, api, sandbox } = node;
  const directory = join(sandbox.folder, 'docker-registry');
  const logFile = join(sandbox.logs, 'docker-registry.log');
  const backend = await DockerRegistry.start({ directory, logFile, host: NODE_ADDRESS, port: BACKEND_PORT });
  const hub = await Limiter.start({ host: HUB.address, port: HUB.port, backend: backend.url });
  const { address: host, port } = SECOND_REGISTRY;
  const second = await Limiter.start({ host, port, backend: backend.url, anonymousAccess: false });
  for (const [name, { log }] of Object.entries({ hub, second }))
    node.ask({ name: `requests-${name}`, tell: () => log.entries.map((entry) => JSON.stringify(entry)).join('\n') });
  await installOperator(node);
  return { node, plane, api, backend, hub, second, operator: new OperatorPods(api) };
}
