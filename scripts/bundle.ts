/**
 * `npm run build`: src/main.ts and what it needs of node_modules as one file, dist/main.js, which runs where there is no node_modules; beside it the
 * licences of the packages in it. Not minified: a frame in a package names a line of dist/main.js that a person can read.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { trimKubernetesClient } from './bundle/kubernetes-client.ts';
import { licences } from './bundle/licences.ts';
import { ownSourcesOnly } from './bundle/own-source-map.ts';

const ROOT = join(import.meta.dirname, '..');

/** What a CommonJS package means by `require('fs')`: an ES module has no require of its own. */
const REQUIRE = `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);`;

/**
 * Writes main.js, main.js.map and THIRD-PARTY-LICENSES.
 * @param directory emptied first
 * @returns what esbuild put into it
 * @throws Error when a module cannot be found or parsed; what `licences` throws
 */
export async function bundle(directory: string): Promise<Metafile> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts'],
    outfile: join(directory, 'main.js'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: REQUIRE },
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    // They stand in THIRD-PARTY-LICENSES, in full.
    legalComments: 'none',
    // The fallback of node-fetch for a Node without URL. It loads Node's punycode, which warns on stderr at each start.
    alias: { 'whatwg-url': 'node:url' },
    plugins: [await trimKubernetesClient()],
    logLevel: 'warning',
  });
  const map = join(directory, 'main.js.map');
  await writeFile(map, ownSourcesOnly(await readFile(map, 'utf8')));
  await writeFile(join(directory, 'THIRD-PARTY-LICENSES'), await licences(ROOT, metafile));
  return metafile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(join(ROOT, 'dist'));
