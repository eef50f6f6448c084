/**
 * Writes src/api/generated.ts from the CRD: the types of the resource as the API server hands it out, that is with
 * defaults applied. Run it after each change of crds/; a test holds the two together.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { load } from 'js-yaml';

type JsonSchema = Parameters<typeof compile>[0];
type Json = Readonly<Record<string, unknown>>;

export const CRD_FILE = new URL('../crds/registrycredentials.dev_registrycredentialpolicies.yaml', import.meta.url);
export const TYPES_FILE = new URL('../src/api/generated.ts', import.meta.url);

const BANNER = `/** Generated from crds/ by scripts/generate-types.ts; do not edit. Fields with a default are always there. */\n\n`;

/** Where a schema stands -> the type that it becomes. Two places with one name must have the same shape. */
const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['spec', 'RegistryCredentialPolicySpec'],
  ['spec.credentials[]', 'Credential'],
  ['spec.credentials[].secretRef', 'SecretRef'],
  ['spec.secret', 'SecretTemplate'],
  ['spec.namespaces', 'NamespaceSelection'],
  ['spec.namespaces.selector', 'LabelSelector'],
  ['spec.namespaces.selector.matchExpressions[]', 'LabelSelectorRequirement'],
  ['spec.serviceAccounts', 'ServiceAccountSelection'],
  ['spec.serviceAccounts.selector', 'LabelSelector'],
  ['spec.serviceAccounts.selector.matchExpressions[]', 'LabelSelectorRequirement'],
  ['spec.conflictPolicy', 'ConflictPolicy'],
  ['spec.deletionPolicy', 'DeletionPolicy'],
  ['spec.mode', 'PolicyMode'],
  ['spec.rateLimit', 'RateLimitSpec'],
  ['status', 'RegistryCredentialPolicyStatus'],
  ['status.conditions[]', 'Condition'],
  ['status.conditions[].status', 'ConditionStatus'],
  ['status.namespaces', 'NamespaceCounts'],
  ['status.serviceAccounts', 'ServiceAccountCounts'],
  ['status.credentials[]', 'CredentialStatus'],
  ['status.failures[]', 'Failure'],
  ['status.failureSummary', 'FailureSummary'],
  ['status.plan', 'Plan'],
  ['status.rateLimit', 'RateLimitStatus'],
  ['status.rateLimit.namespaces', 'CountedNames'],
  ['status.rateLimit.containers', 'CountedNames'],
  ['status.rateLimit.registries[]', 'LimitedRegistry'],
  ['status.rateLimit.registries[].kind', 'LimitKind'],
]);

const STYLE = { singleQuote: true, printWidth: 120, trailingComma: 'all' } as const;

/**
 * The TypeScript that describes the CRD's spec and status.
 * @param crd the CRD's YAML
 * @returns the text of a module, formatted
 * @throws Error when the YAML is no such CRD, or two schemas of one type name differ
 */
export async function generateTypes(crd: string): Promise<string> {
  const found = new Map<string, JsonSchema>();
  for (const part of ['spec', 'status']) convert(part, at(rootSchema(crd), 'properties', part), found);

  const modules = [...found].map(([name, schema]) =>
    compile(schema, name, { bannerComment: '', ignoreMinAndMaxItems: true, unknownAny: true, style: STYLE }),
  );
  return BANNER + (await Promise.all(modules)).join('\n');
}

function rootSchema(crd: string): Json {
  const versions = at(object(load(crd), 'CRD'), 'spec').versions;
  if (!Array.isArray(versions) || versions.length !== 1) throw new Error('the CRD must have one version');
  return at(object(versions[0], 'version'), 'schema', 'openAPIV3Schema');
}

/** The schema for one place; a named one goes to `found`, and its place refers to it. */
function convert(path: string, schema: Json, found: Map<string, JsonSchema>): JsonSchema {
  const name = TYPE_NAMES.get(path);
  if (name === undefined) return convertPlain(path, schema, found);

  const earlier = found.get(name);
  if (earlier === undefined) found.set(name, {}); // holds its place, so that outer types stand before inner ones
  const { description, ...shape } = convertPlain(path, schema, found);
  if (earlier !== undefined && !sameShape(earlier, shape)) throw new Error(`${path}: differs from another ${name}`);
  found.set(name, path.includes('.') ? shape : { ...shape, description }); // else the field that uses it says the same
  return { description, tsType: name };
}

function convertPlain(path: string, schema: Json, found: Map<string, JsonSchema>): JsonSchema {
  const { description, enum: values } = schema;
  const base = {
    ...(typeof description === 'string' ? { description } : {}),
    ...(Array.isArray(values) ? { enum: values.map(String) } : {}),
  };
  switch (schema.type) {
    case 'object':
      return { ...base, type: 'object', ...convertObject(path, schema, found) };
    case 'array':
      return { ...base, type: 'array', items: convert(`${path}[]`, at(schema, 'items'), found) };
    case 'string':
    case 'integer':
    case 'boolean':
      return { ...base, type: schema.type };
    default:
      throw new Error(`${path}: type ${String(schema.type)} has no rule here`);
  }
}

function convertObject(path: string, schema: Json, found: Map<string, JsonSchema>): JsonSchema {
  if (schema.properties === undefined) {
    return { additionalProperties: convert(`${path}{}`, at(schema, 'additionalProperties'), found) };
  }
  const fields = Object.entries(at(schema, 'properties')).map(([key, value]) => [key, object(value, key)] as const);
  const declared = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const defaulted = fields.filter(([, field]) => field.default !== undefined).map(([key]) => key);
  return {
    additionalProperties: false,
    required: [...declared, ...defaulted],
    properties: Object.fromEntries(fields.map(([key, field]) => [key, convert(`${path}.${key}`, field, found)])),
  };
}

/** Descriptions may differ: two places can have one shape and a different meaning. */
function sameShape(a: JsonSchema, b: JsonSchema): boolean {
  const shape = (schema: JsonSchema): string =>
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'description' && typeof value === 'string' ? undefined : value,
    );
  return shape(a) === shape(b);
}

function at(from: Json, ...keys: readonly string[]): Json {
  return keys.reduce((inner, key) => object(inner[key], key), from);
}

function object(value: unknown, what: string): Json {
  if (!isObject(value)) throw new Error(`${what}: an object was expected`);
  return value;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(TYPES_FILE, await generateTypes(await readFile(CRD_FILE, 'utf8')));
}
