/**
 * The `node` dev dependency puts the right Node first on PATH in npm scripts; without its install script npm silently
 * falls back to the machine's own.
 */
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const wanted = manifest.devDependencies.node;
if (process.version !== `v${wanted}`) {
  process.stderr.write(
    `This is Node ${process.version}, and not the ${wanted} of the "node" dev dependency.\n` +
      'Run it by npm or make; if you do, the package was installed without its install script: rm -rf node_modules && npm ci\n',
  );
  process.exit(1);
}
