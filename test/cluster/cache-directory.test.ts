import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cacheDirectory } from './cache-directory.ts';
import { workspace } from './fixtures/workspace.ts';

const NAME = 'registry-credential-operator';

describe('the directory for what is kept between runs', () => {
  it('lies in XDG_CACHE_HOME', async () => {
    await using space = await workspace();
    const { path } = await cacheDirectory({ HOME: space.root, XDG_CACHE_HOME: join(space.root, 'xdg') });
    expect(path).to.equal(join(space.root, 'xdg', NAME));
  });

  it('lies in ~/.cache without XDG_CACHE_HOME, or where that is a relative path', async () => {
    await using space = await workspace();
    const expected = { path: join(space.root, '.cache', NAME), inHome: true };
    expect(await cacheDirectory({ HOME: space.root })).to.deep.equal(expected);
    expect(await cacheDirectory({ HOME: space.root, XDG_CACHE_HOME: 'relative' })).to.deep.equal(expected);
  });

  it("lies among the temporary files, closed to others' writes, where the home directory cannot be used", async () => {
    await using space = await workspace();
    const home = join(space.root, 'home');
    // A file in the place of a folder refuses root as well.
    await writeFile(home, '');
    const temporary = join(space.root, 'tmp');
    const { path, inHome } = await cacheDirectory({ HOME: home }, temporary);
    expect({ path, inHome }).to.deep.equal({ path: join(temporary, `${NAME}-${userInfo().uid}`), inHome: false });
    expect((await stat(path)).mode & 0o022).to.equal(0);
  });

  it('is refused among the temporary files when others may write to it', async () => {
    await using space = await workspace();
    const shared = join(space.root, 'tmp', `${NAME}-${userInfo().uid}`);
    await mkdir(shared, { recursive: true });
    await chmod(shared, 0o777);
    const failure = await cacheDirectory({}, join(space.root, 'tmp')).catch(String);
    expect(failure).to.include('can be written by others');
  });
});
