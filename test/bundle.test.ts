import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { isBuiltin, SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Metafile } from 'esbuild';
import { bundle } from '../scripts/bundle.ts';

const ROOT = join(import.meta.dirname, '..');
const MEGABYTE = 1e6;
/** What packages ask for in a `try`, and do without. */
const OPTIONAL = ['encoding'];
/** How the client's class begins in the bundle. */
const KUBE_CONFIG = 'class _KubeConfig {';
/** Of a package too, with code of src before it. */
const BASE_CLASS = 'async applyGaxiosKubeConfigAuth(';
const run = promisify(execFile);

describe('the bundle', function () {
  this.timeout(60_000);
  let folder: string;
  let dist: string;
  let metafile: Metafile;
  let code: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rco-bundle-'));
    dist = join(folder, 'dist');
    metafile = await bundle(dist);
    code = await readFile(join(dist, 'main.js'), 'utf8');
    await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('starts where there is no node_modules, and warns of nothing', async () => {
    const { stdout, stderr } = await run(process.execPath, [join(dist, 'main.js'), '--version'], { cwd: '/', env: {} });
    expect(stdout).to.match(/^registry-credential-operator \d/);
    expect(stderr).to.equal('');
  });

  it('loads nothing but itself and what Node brings', () => {
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.map(({ path }) => path).filter((path) => !isBuiltin(path))).to.deep.equal(OPTIONAL);
  });

  it('leaves out the classes for APIs that are never called', async () => {
    expect(code).to.contain(KUBE_CONFIG);
    expect(code).to.not.contain('ObservableAppsV1Api');
    expect((await stat(join(dist, 'main.js'))).size).to.be.below(8 * MEGABYTE);
  });

  describe('its source map', () => {
    let map: SourceMap;
    const sourceOf = (text: string): string | undefined => {
      const before = code.slice(0, code.indexOf(text)).split('\n');
      const entry = map.findEntry(before.length - 1, before.at(-1)?.length ?? 0);
      return 'originalSource' in entry ? entry.originalSource : undefined;
    };

    before(async () => {
      map = new SourceMap(JSON.parse(await readFile(join(dist, 'main.js.map'), 'utf8')) as SourceMapPayload);
    });

    it('names the files of src', () => {
      expect(sourceOf('function loadKubeConfig(')).to.match(/src\/kube\/kubeconfig\.ts$/);
      expect(sourceOf('async function reconcileNamespace')).to.match(/src\/credentials\/namespace\/reconcile\.ts$/);
    });

    it('leaves code of packages at its place in the bundle', () => {
      for (const text of [KUBE_CONFIG, BASE_CLASS]) {
        expect(code).to.contain(text);
        expect(sourceOf(text)).to.equal(undefined);
      }
    });

    it('is small: Node reads all of it for the first stack', async () => {
      expect((await stat(join(dist, 'main.js.map'))).size).to.be.below(MEGABYTE);
    });
  });

  it('comes with the licences of all that is in it', async () => {
    const text = await readFile(join(dist, 'THIRD-PARTY-LICENSES'), 'utf8');
    const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const { 'prom-client': renamed, ...others } = dependencies;
    const expected = [...Object.keys(others), String(renamed).replace(/^npm:(.*)@.*/, '$1')];
    for (const name of expected) expect(text).to.contain(`\n${name} `);
    const sections = text.split(`${'='.repeat(80)}\n\n`);
    expect(sections.filter((section) => section.trim().split('\n').length < 5)).to.deep.equal([]);
  });
});
