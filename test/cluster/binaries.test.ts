import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { findBinaries, findKubectl } from './binaries.ts';
import { readRecipe } from './build-recipe.ts';
import { allGone, runFixture } from './fixtures/child.ts';
import { fakeGo, workspace } from './fixtures/workspace.ts';
import { until } from './wait.ts';

const SERVERS = ['etcd', 'kube-apiserver', 'kube-controller-manager'];
const ignore = (): void => undefined;

const cacheFolder = async (root: string): Promise<string> =>
  join(root, 'cache', 'registry-credential-operator', (await readRecipe()).key);

const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: unknown) => String(error),
  );

describe('the binaries in KUBEBUILDER_ASSETS', () => {
  for (const missing of SERVERS) {
    it(`are refused by the name of ${missing} when that one is missing`, async () => {
      await using space = await workspace();
      for (const name of SERVERS.filter((other) => other !== missing)) await space.program(`assets/${name}`, '');
      const KUBEBUILDER_ASSETS = join(space.root, 'assets');
      const failure = await failureOf(findBinaries(ignore, { ...space.env, KUBEBUILDER_ASSETS }));
      expect(failure).to.include(`there is no executable ${missing} in it`).and.to.include(KUBEBUILDER_ASSETS);
    });
  }

  it('are taken without a look at the cache or at go', async () => {
    await using space = await workspace();
    for (const name of SERVERS) await space.program(`assets/${name}`, '');
    const KUBEBUILDER_ASSETS = join(space.root, 'assets');
    const found = await findBinaries(ignore, { ...space.env, KUBEBUILDER_ASSETS });
    expect(Object.values(found)).to.deep.equal(SERVERS.map((name) => join(KUBEBUILDER_ASSETS, name)));
  });
});

describe('the binaries in the cache', function () {
  this.timeout(30_000);

  it('are built once and then taken without go', async () => {
    await using space = await workspace();
    const go = await space.program('bin/go', fakeGo('echo binary > "$out"'));
    const built = await findBinaries(ignore, space.env);
    await rm(go);
    expect(await findBinaries(ignore, space.env)).to.deep.equal(built);
    expect(await readdir(await cacheFolder(space.root))).to.have.members(SERVERS);
  });

  it('are built once when two ask at the same time', async () => {
    await using space = await workspace();
    await space.program('bin/go', fakeGo('echo binary > "$out"'));
    const lines: string[] = [];
    const log = (line: string): void => {
      lines.push(line);
    };
    await Promise.all([findBinaries(log, space.env), findBinaries(log, space.env)]);
    expect(lines.filter((line) => line.startsWith('built '))).to.have.length(SERVERS.length);
  });

  it('are never half: a build that is killed leaves nothing under a name that is looked up, and the next one is whole', async () => {
    await using space = await workspace();
    const folder = await cacheFolder(space.root);
    await space.program('bin/go', fakeGo('echo half > "$out"; echo $$ > "$out.pid-$$"; exec sleep 600'));
    const { child, ended } = runFixture('find-binaries.ts', [], space.env);
    const goPid = await until(() => pidOfFakeGo(folder), { what: 'the build running', within: 20_000 });
    child.kill('SIGKILL');
    await ended;
    await allGone([goPid]);
    expect((await readdir(folder)).filter((name) => SERVERS.includes(name))).to.deep.equal([]);

    await space.program('bin/go', fakeGo('echo whole > "$out"'));
    await findBinaries(ignore, space.env);
    expect(await readdir(folder)).to.have.members(SERVERS);
  });

  it('are not there after a build that failed, and the error holds what go said', async () => {
    await using space = await workspace();
    await space.program('bin/go', fakeGo('echo half > "$out"; echo "undefined: x" >&2; exit 1'));
    const failure = await failureOf(findBinaries(ignore, space.env));
    expect(failure).to.include('go build of etcd failed').and.to.include('undefined: x');
    expect(await readdir(await cacheFolder(space.root))).not.to.include('etcd');
  });
});

describe('go, where binaries must be built,', () => {
  it('is asked for when it is missing', async () => {
    await using space = await workspace();
    const failure = await failureOf(findBinaries(ignore, space.env));
    expect(failure).to.include('there is no go on PATH').and.to.include('Install Go 1.26 or later');
  });

  it('is asked for when it is too old, with the version that was found', async () => {
    await using space = await workspace();
    await space.program('bin/go', 'case "$1" in version) echo go version go1.25.4 linux/amd64 ;; *) exit 1 ;; esac');
    const failure = await failureOf(findBinaries(ignore, space.env));
    expect(failure).to.include('go on PATH is 1.25.4').and.to.include('Install Go 1.26 or later');
  });
});

describe('kubectl', () => {
  it('is taken from PATH', async () => {
    await using space = await workspace();
    const kubectl = await space.program('bin/kubectl', '');
    expect(await findKubectl(ignore, space.env)).to.equal(kubectl);
  });

  const builds = [
    ['there is none on PATH', false, {}],
    ['RCO_TEST_KUBECTL=build passes over the one on PATH', true, { RCO_TEST_KUBECTL: 'build' }],
  ] as const;
  for (const [why, onPath, extra] of builds) {
    it(`is built into the cache when ${why}`, async () => {
      await using space = await workspace();
      if (onPath) await space.program('bin/kubectl', '');
      await space.program('bin/go', fakeGo('echo binary > "$out"'));
      const found = await findKubectl(ignore, { ...space.env, ...extra });
      expect(found).to.equal(join(await cacheFolder(space.root), 'kubectl'));
    });
  }
});

async function pidOfFakeGo(folder: string): Promise<number | undefined> {
  const names = await readdir(folder).catch(() => []);
  const pid = names.map((name) => /\.pid-(\d+)$/.exec(name)?.[1]).find((found) => found !== undefined);
  return pid === undefined ? undefined : Number(pid);
}
