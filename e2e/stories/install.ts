import { join } from 'node:path';
import { OPERATOR_NAME } from '../../src/names.ts';
import { elapsed, logToStderr } from '../../test/cluster/log.ts';
import { until } from '../../test/cluster/wait.ts';
import { IMAGE_ARCHIVE, IMAGE_TAG } from '../image/names.ts';
import type { Node } from '../node/node.ts';
import { DEPLOYMENTS } from './pods.ts';

const CONFIG = join(import.meta.dirname, '../../config/default');
const AVAILABLE_WITHIN = 120_000;
const REPLICAS = 2;

/** The same image under another name, as an upgrade brings it. */
export const NEXT_TAG = 'next';

/**
 * Puts the operator's image on the node and applies `config/default` as it is, as administrator; waits until all replicas are ready.
 * @throws Error without an archive; Error with what kubectl said
 */
export async function installOperator(node: Node): Promise<void> {
  const archive = process.env[IMAGE_ARCHIVE];
  if (archive === undefined) throw new Error(`${IMAGE_ARCHIVE} names no archive of the operator's image`);
  await node.importImages(archive);
  const reference = `docker.io/library/${OPERATOR_NAME}`;
  await node.tagImage(`${reference}:${IMAGE_TAG}`, `${reference}:${NEXT_TAG}`);
  const begun = performance.now();
  await node.plane.apply({ kustomize: CONFIG });
  await until(() => isAvailable(node), { what: 'the pods of the operator ready', within: AVAILABLE_WITHIN });
  logToStderr(`config/default applied, both replicas of the operator ready: ${elapsed(performance.now() - begun)}`);
}

async function isAvailable({ api }: Node): Promise<true | undefined> {
  const { status } = await api.get(DEPLOYMENTS, { namespace: OPERATOR_NAME, name: OPERATOR_NAME });
  return status?.availableReplicas === REPLICAS || undefined;
}
