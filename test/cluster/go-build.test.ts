import { expect } from 'chai';
import { readRecipe } from './build-recipe.ts';
import { goEnvironment } from './go-build.ts';

describe('the environment of go build', () => {
  it("overrules what of the caller's would change the binaries", async () => {
    const caller = {
      CGO_ENABLED: '1',
      GOFLAGS: '-mod=mod -race',
      GOWORK: '/elsewhere/go.work',
      GOOS: 'plan9',
      GOARCH: 'mips',
    };
    const { goos, goarch, ...recipe } = await readRecipe();
    expect(goEnvironment({ goos, goarch, ...recipe }, caller)).to.deep.equal({
      CGO_ENABLED: '0',
      GOFLAGS: '-mod=readonly',
      GOWORK: 'off',
      GOOS: goos,
      GOARCH: goarch,
    });
  });

  it("gives Go's caches a place where there is no home directory, unless the caller names one", async () => {
    const recipe = await readRecipe();
    expect(goEnvironment(recipe, {}, '/own')).to.include({ GOPATH: '/own/go', GOCACHE: '/own/go-build' });
    expect(goEnvironment(recipe, { GOPATH: '/set' }, '/own')).to.include({ GOPATH: '/set', GOCACHE: '/own/go-build' });
  });
});
