import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { dump, loadAll } from 'js-yaml';
import { findKubectl } from '../cluster/binaries.ts';

const run = promisify(execFile);
const CONFIG = join(import.meta.dirname, '../../config');

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [field: string]: unknown;
}

/**
 * What `kubectl kustomize config/FOLDER` gives.
 * @throws Error with kubectl's words when it refuses
 */
export async function render(folder: string): Promise<Manifest[]> {
  return renderPath(join(CONFIG, folder));
}

/** What a kustomization gives that adds these components to config/default. */
export const renderWith = (...components: readonly string[]): Promise<Manifest[]> =>
  renderOverlay((from) => ({
    resources: [from('default')],
    components: components.map((name) => from(`components/${name}`)),
  }));

/** What a kustomization gives that lies elsewhere. @param kustomization is given how to refer to a folder of config/ */
export async function renderOverlay(kustomization: (from: (folder: string) => string) => object): Promise<Manifest[]> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'rco-kustomize-')));
  try {
    const content = kustomization((folder) => relative(directory, join(CONFIG, folder)));
    await writeFile(join(directory, 'kustomization.yaml'), dump(content));
    return await renderPath(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The value at a path, or undefined where the path ends early. */
export function pick(from: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return typeof key === 'number' ? (value as readonly unknown[])[key] : undefined;
    return isRecord(value) ? value[key] : undefined;
  }, from);
}

/** The list at a path; empty where there is none. */
export function list(from: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const value = pick(from, ...path);
  return Array.isArray(value) ? value : [];
}

/** The strings of the list at a path. */
export const strings = (from: unknown, ...path: readonly (string | number)[]): string[] =>
  list(from, ...path).map(String);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function renderPath(path: string): Promise<Manifest[]> {
  const kubectl = await findKubectl(() => undefined);
  const { stdout } = await run(kubectl, ['kustomize', path], { maxBuffer: 16 * 1024 * 1024 });
  return loadAll(stdout).filter(isManifest);
}

const isManifest = (value: unknown): value is Manifest =>
  isRecord(value) &&
  typeof value.kind === 'string' &&
  isRecord(value.metadata) &&
  typeof value.metadata.name === 'string';
