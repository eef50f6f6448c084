import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { CRD_FILE } from '../../scripts/generate-types.ts';
import { isRecord, list, pick } from '../config/kustomize.ts';

const STATUS_LIMIT = 64 * 1024;

describe('the schema in the CRD', () => {
  let root: unknown;
  before(async () => {
    root = pick(load(await readFile(CRD_FILE, 'utf8')), 'spec', 'versions', 0, 'schema', 'openAPIV3Schema');
  });

  const part = (...path: (string | number)[]): unknown => pick(root, 'properties', ...path);

  it('describes every field, for kubectl explain', () => {
    const missing = fields(root, '').filter(
      ({ path, schema }) => path !== '.metadata' && pick(schema, 'description') === undefined,
    );
    expect(missing.map(({ path }) => path)).to.deep.equal([]);
  });

  it('states each default in the description of the field', () => {
    const defaulted = fields(part('spec'), 'spec').filter(({ schema }) => typeof pick(schema, 'default') === 'string');
    expect(defaulted).to.have.length.above(4);
    for (const { path, schema } of defaulted) {
      expect(pick(schema, 'description'), path).to.match(
        new RegExp(`Default: ${String(pick(schema, 'default'))}|\\(the default\\)`),
      );
    }
  });

  it('bounds every list, map and string of the status', () => {
    const unbounded = fields(part('status'), 'status').filter(({ schema }) => !Number.isFinite(largest(schema)));
    expect(unbounded.map(({ path }) => path)).to.deep.equal([]);
  });

  it('allows no status of more than 64 KiB', () => {
    expect(largest(part('status'))).to.be.below(STATUS_LIMIT);
  });

  it('has one and the same label selector for namespaces and ServiceAccounts', () => {
    const selector = (of: string): unknown => part('spec', 'properties', of, 'properties', 'selector', 'properties');
    expect(selector('namespaces')).to.deep.equal(selector('serviceAccounts'));
  });

  it('gives every rule a sentence', () => {
    const rules = fields(root, '').flatMap(({ schema }) => list(schema, 'x-kubernetes-validations'));
    const items = fields(root, '').flatMap(({ schema }) => list(schema, 'items', 'x-kubernetes-validations'));
    for (const rule of [...rules, ...items]) expect(pick(rule, 'message'), JSON.stringify(rule)).to.be.a('string');
  });
});

interface Field {
  readonly path: string;
  readonly schema: unknown;
}

/** All named fields below a schema, also those of list items. */
function fields(schema: unknown, path: string): Field[] {
  const properties = pick(schema, 'properties');
  const own = isRecord(properties) ? Object.entries(properties) : [];
  const below = own.flatMap(([key, inner]) => [
    { path: `${path}.${key}`, schema: inner },
    ...fields(inner, `${path}.${key}`),
  ]);
  const items = pick(schema, 'items');
  return items === undefined ? below : [...below, ...fields(items, `${path}[]`)];
}

/** The most bytes of JSON that a value of this schema takes, in ASCII; infinite where nothing bounds it. */
function largest(schema: unknown): number {
  const bound = (key: string): number => Number(pick(schema, key) ?? Infinity);
  switch (pick(schema, 'type')) {
    case 'object':
      return largestObject(schema);
    case 'array':
      return 2 + bound('maxItems') * (largest(pick(schema, 'items')) + 1);
    case 'string':
      return (
        2 + (list(schema, 'enum').length > 0 ? 16 : pick(schema, 'format') === 'date-time' ? 32 : bound('maxLength'))
      );
    case 'boolean':
      return 5;
    default:
      return 20;
  }
}

/** Keys of maps are reasons and causes, words of ours: at most 64 characters. */
function largestObject(schema: unknown): number {
  const values = pick(schema, 'additionalProperties');
  if (values !== undefined) return 2 + Number(pick(schema, 'maxProperties') ?? Infinity) * (largest(values) + 64 + 4);
  const properties = pick(schema, 'properties');
  const sizes = isRecord(properties)
    ? Object.entries(properties).map(([key, inner]) => key.length + 4 + largest(inner))
    : [];
  return sizes.reduce((sum, size) => sum + size, 2);
}
