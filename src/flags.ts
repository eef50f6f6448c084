import { parseArgs } from 'node:util';
import { namespaceName, type NamespaceName } from './api/keys.ts';
import { OPERATOR_NAME } from './names.ts';
import type { Address } from './telemetry/http-server.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from './telemetry/logger.ts';

/** What the process is told at its start. */
export interface Settings {
  readonly kubeconfig: string | undefined;
  /** undefined: the pod's own. */
  readonly operatorNamespace: NamespaceName | undefined;
  readonly sourceNamespaces: readonly NamespaceName[];
  readonly metricsAddress: Address;
  readonly healthAddress: Address;
  readonly leaderElect: boolean;
  readonly workers: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

export type Invocation =
  | { readonly kind: 'run'; readonly settings: Settings }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** One line that says what is wrong and what would be right. */
  | { readonly kind: 'error'; readonly message: string };

interface Flag {
  readonly name: string;
  readonly fallback: string;
  readonly placeholder: string;
  readonly help: string;
}

const FLAGS: readonly Flag[] = [
  {
    name: 'kubeconfig',
    fallback: '',
    placeholder: 'FILE',
    help: 'kubeconfig file (else KUBECONFIG, else the ServiceAccount of the pod)',
  },
  {
    name: 'operator-namespace',
    fallback: '',
    placeholder: 'NAME',
    help: `of its sources and its Lease (else the pod's, else ${OPERATOR_NAME})`,
  },
  {
    name: 'source-namespaces',
    fallback: '',
    placeholder: 'A,B',
    help: 'further namespaces that source Secrets may lie in',
  },
  { name: 'metrics-address', fallback: ':8080', placeholder: 'HOST:PORT', help: 'address of /metrics' },
  { name: 'health-address', fallback: ':8081', placeholder: 'HOST:PORT', help: 'address of /healthz and /readyz' },
  { name: 'leader-elect', fallback: 'true', placeholder: 'true|false', help: 'write only while holding the Lease' },
  { name: 'workers', fallback: '16', placeholder: 'N', help: 'namespaces worked on at once, 1 to 256' },
  { name: 'log-level', fallback: 'info', placeholder: LOG_LEVELS.join('|'), help: 'least severity that is logged' },
  {
    name: 'log-format',
    fallback: 'json',
    placeholder: LOG_FORMATS.join('|'),
    help: 'json for machines, pretty for people',
  },
];

const variableOf = (flag: string): string => `RCO_${flag.toUpperCase().replaceAll('-', '_')}`;

class BadFlag extends Error {}

/**
 * Reads the command line; an environment variable stands in for a flag that is not given. Pure.
 * @param argv without interpreter and script
 */
export function parseInvocation(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Invocation {
  try {
    const values = readFlags(argv);
    if (values['help'] === true) return { kind: 'help' };
    if (values['version'] === true) return { kind: 'version' };
    return { kind: 'run', settings: toSettings((flag) => textOf(values[flag]) ?? env[variableOf(flag)]) };
  } catch (error) {
    return { kind: 'error', message: `${oneLine(error)}; try --help` };
  }
}

/** @throws TypeError for a flag that does not exist, or one without its value */
function readFlags(argv: readonly string[]): Readonly<Record<string, unknown>> {
  const options: Record<string, { type: 'string' | 'boolean' }> = {
    help: { type: 'boolean' },
    version: { type: 'boolean' },
  };
  for (const { name } of FLAGS) options[name] = { type: 'string' };
  return parseArgs({ args: [...argv], strict: true, options }).values;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function oneLine(error: unknown): string {
  if (error instanceof BadFlag) return error.message;
  // Node appends advice on `--` that does not apply here.
  return error instanceof Error ? error.message.replace(/\.(\s.*)?$/s, '') : 'bad command line';
}

function toSettings(given: (flag: string) => string | undefined): Settings {
  const value = (name: string): string => {
    const text = given(name);
    return text === undefined || text === '' ? (FLAGS.find((flag) => flag.name === name)?.fallback ?? '') : text;
  };
  return {
    kubeconfig: value('kubeconfig') === '' ? undefined : value('kubeconfig'),
    operatorNamespace:
      value('operator-namespace') === '' ? undefined : namespace('operator-namespace', value('operator-namespace')),
    sourceNamespaces: list(value('source-namespaces')).map((name) => namespace('source-namespaces', name)),
    metricsAddress: address('metrics-address', value('metrics-address')),
    healthAddress: address('health-address', value('health-address')),
    leaderElect: oneOf('leader-elect', value('leader-elect'), ['true', 'false']) === 'true',
    workers: integer('workers', value('workers'), 1, 256),
    logLevel: oneOf('log-level', value('log-level'), LOG_LEVELS),
    logFormat: oneOf('log-format', value('log-format'), LOG_FORMATS),
  };
}

const bad = (flag: string, value: string, wanted: string): BadFlag =>
  new BadFlag(`--${flag} (${variableOf(flag)}): '${value.replaceAll(/\s+/g, ' ')}' is not ${wanted}`);

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function namespace(flag: string, value: string): NamespaceName {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value))
    throw bad(flag, value, 'a namespace name (lower-case letters, digits and -)');
  return namespaceName(value);
}

function address(flag: string, value: string): Address {
  const match = /^(?<host>[^:\s]*|\[[0-9a-fA-F:]+\]):(?<port>\d{1,5})$/.exec(value);
  const port = Number(match?.groups?.['port'] ?? NaN);
  if (match === null || port > 65_535) throw bad(flag, value, 'an address such as :8080 or 127.0.0.1:8080');
  return { host: (match.groups?.['host'] ?? '').replace(/^\[|\]$/g, ''), port };
}

function integer(flag: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max)
    throw bad(flag, value, `a whole number from ${min.toString()} to ${max.toString()}`);
  return number;
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw bad(flag, value, `one of ${allowed.join(', ')}`);
  return found;
}

/** The text of `--help`. */
export function usage(): string {
  const flags = FLAGS.map(({ name, placeholder, help, fallback }): [string, string] => [
    `--${name} ${placeholder}`,
    fallback === '' ? help : `${help} (default ${fallback})`,
  ]);
  const rows: [string, string][] = [...flags, ['--help', 'this text'], ['--version', 'the version of the operator']];
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 2;
  return [
    `usage: ${OPERATOR_NAME} [flags]`,
    '',
    ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}${help}`),
    '',
    `Each flag can be set by an environment variable too: --log-level by ${variableOf('log-level')}.`,
  ].join('\n');
}
