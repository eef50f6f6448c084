import { copyFile, appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readRecipe } from './build-recipe.ts';
import { workspace } from './fixtures/workspace.ts';

describe('the recipe of the binaries', () => {
  it('gives the API server the version that go.mod pins', async () => {
    const { flags, goVersion } = await readRecipe();
    expect(flags.join(' ')).to.match(/version\.gitVersion=v1\.\d+\.\d+ .*gitMajor=1 .*gitMinor=\d+$/);
    expect(goVersion).to.match(/^1\.\d+/);
  });

  for (const changed of ['go.mod', 'go.sum']) {
    it(`has another key, and so another folder of the cache, when ${changed} changes`, async () => {
      await using space = await workspace();
      for (const name of ['go.mod', 'go.sum']) await copyFile(join(import.meta.dirname, name), join(space.root, name));
      const before = await readRecipe(space.root);
      await appendFile(join(space.root, changed), '\n');
      expect((await readRecipe(space.root)).key).not.to.equal(before.key);
      expect((await readRecipe()).key).to.equal(before.key);
    });
  }
});
