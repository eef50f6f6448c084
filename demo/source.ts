import { randomBytes } from 'node:crypto';
import { OPERATOR_NAME } from '../src/names.ts';
import { SOURCE } from './sample.ts';
import type { Stage } from './stage.ts';

const REGISTRY = 'https://index.docker.io/v1/';

/**
 * Writes a login with a new password into a docker-registry Secret, as a person would:
 * `kubectl create secret docker-registry … --dry-run=client -o yaml | kubectl apply -f -`. The login opens nothing, and is not shown all the same.
 */
export async function rotateSource(stage: Stage, namespace = OPERATOR_NAME, name = SOURCE): Promise<void> {
  const command = (password: string): string[] => [
    ...['-n', namespace, 'create', 'secret', 'docker-registry', name],
    ...[`--docker-server=${REGISTRY}`, '--docker-username=demo', `--docker-password=${password}`],
    ...['--dry-run=client', '-o', 'yaml'],
  ];
  stage.note(`$ kubectl ${command('…').join(' ')} |`);
  stage.note('  kubectl apply -f -');
  const { stdout } = await stage.kubectl(command(randomBytes(16).toString('hex')));
  await stage.kubectl(['apply', '-f', '-'], stdout);
}
