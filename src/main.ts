import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { namespaceName, type NamespaceName } from './api/keys.ts';
import { parseInvocation, type Settings, usage } from './flags.ts';
import { loadKubeConfig } from './kube/kubeconfig.ts';
import { OPERATOR_NAME } from './names.ts';
import { RegistryCredentialOperator } from './operator.ts';
import { systemClock } from './runtime/clock.ts';
import { createLogger } from './telemetry/logger.ts';
import { Redactor } from './telemetry/redact.ts';

/** The one place that touches `process`: command line, signals, exit status. */

const BAD_USAGE = 2;
/** Kubernetes waits 30 s between SIGTERM and SIGKILL; a stop that hangs for longer than this is ended by ourselves. */
const STOP_WITHIN_MS = 10_000;
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

function main(): void {
  const invocation = parseInvocation(process.argv.slice(2), process.env);
  switch (invocation.kind) {
    case 'help':
      process.stdout.write(`${usage()}\n`);
      return;
    case 'version':
      process.stdout.write(`${OPERATOR_NAME} ${version()}\n`);
      return;
    case 'error':
      fail(invocation.message, BAD_USAGE);
    case 'run':
      run(invocation.settings);
  }
}

function run(settings: Settings): void {
  const redactor = new Redactor();
  const log = createLogger({
    level: settings.logLevel,
    format: settings.logFormat,
    redact: (text) => redactor.redact(text),
  });
  const operator = new RegistryCredentialOperator({
    ...settings,
    kubeConfig: kubeConfigOf(settings),
    namespace: settings.operatorNamespace ?? podNamespace() ?? namespaceName(OPERATOR_NAME),
    identity: `${hostname()}_${randomUUID()}`,
    userAgent: `${OPERATOR_NAME}/${version()}`,
    clock: systemClock,
    log,
    redactor,
  });
  const stop = (signal: NodeJS.Signals): void => {
    log.info('stopping', { signal });
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    operator.shutdown().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('cannot stop in order', { err: error });
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  log.info('starting', { version: version(), node: process.version });
  operator.start().catch((error: unknown) => {
    fail(error instanceof Error ? error.message : 'cannot start', 1);
  });
}

/** The base class of the operator reads KUBECONFIG for itself, so the flag is made known there too. */
function kubeConfigOf({ kubeconfig }: Settings) {
  if (kubeconfig !== undefined) process.env['KUBECONFIG'] = kubeconfig;
  try {
    return loadKubeConfig(kubeconfig);
  } catch (error) {
    return fail(error instanceof Error ? error.message : 'cannot read the kubeconfig', BAD_USAGE);
  }
}

function podNamespace(): NamespaceName | undefined {
  try {
    return namespaceName(readFileSync(NAMESPACE_FILE, 'utf8').trim());
  } catch {
    return undefined;
  }
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

function fail(message: string, status: number): never {
  process.stderr.write(`${OPERATOR_NAME}: ${message}\n`);
  process.exit(status);
}

main();
