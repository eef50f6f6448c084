import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const LICENCE_FILE = /^(un)?licen[cs]e|^copying|^notice/i;
const README = /^readme/i;
const README_SECTION = /^#* *licen[cs]e\b.*/ims;
const RULE = '='.repeat(80);

/**
 * The licences of all packages of which something is in a bundle, as text for people: name, version, licence, and the files in which the package
 * states it; where it has none, what its README says.
 * @param root what the bundle's paths are relative to
 * @throws Error when a package states no licence
 */
export async function licences(root: string, { outputs }: Metafile): Promise<string> {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = new Set(used.map(([path]) => packageFolder(path)).filter((folder) => folder !== undefined));
  const sections = [...folders].sort().map((folder) => section(join(root, folder)));
  return (await Promise.all(sections)).join(`\n${RULE}\n\n`);
}

/** `node_modules/@scope/name` of a path below it, the innermost one. */
const packageFolder = (path: string): string | undefined => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

async function section(folder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (!statesLicence(manifest)) throw new Error(`the package in ${folder} states no licence`);
  const { name, version, license } = manifest;
  return [`${name} ${version} (${license})\n`, ...(await texts(folder))].join('\n');
}

async function texts(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).sort();
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const files = names.filter((name) => LICENCE_FILE.test(name));
  if (files.length > 0) return Promise.all(files.map(read));
  const readmes = await Promise.all(names.filter((name) => README.test(name)).map(read));
  return readmes.flatMap((readme) => README_SECTION.exec(readme)?.[0] ?? []);
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

const statesLicence = (value: unknown): value is Manifest =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'version' in value &&
  'license' in value &&
  typeof value.license === 'string';
