import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import { list, pick } from '../config/kustomize.ts';
import { RULES_FILE } from '../../scripts/generate-monitoring.ts';

/** A rule of rules.yaml. */
export interface Rule {
  /** The alert's name, or that of the series which the rule records. */
  readonly name: string;
  readonly expr: string;
  readonly isAlert: boolean;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly annotations: Readonly<Record<string, unknown>>;
}

export async function readRules(): Promise<readonly Rule[]> {
  const parsed: unknown = load(await readFile(RULES_FILE, 'utf8'));
  return list(parsed, 'groups')
    .flatMap((group) => list(group, 'rules'))
    .map((rule) => ({
      name: String(pick(rule, 'alert') ?? pick(rule, 'record')),
      expr: String(pick(rule, 'expr')),
      isAlert: pick(rule, 'alert') !== undefined,
      labels: record(pick(rule, 'labels')),
      annotations: record(pick(rule, 'annotations')),
    }));
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
