import { join } from 'node:path';
import { expect } from 'chai';
import { fakeGo, workspace } from '../cluster/fixtures/workspace.ts';
import { findPrometheus } from './binaries.ts';

const ignore = (): void => undefined;
const folderOf = (path: string): string => join(path, '..');

describe('Prometheus and promtool', () => {
  it('are built into the cache, and not taken from PATH', async () => {
    await using space = await workspace();
    await space.program('bin/prometheus', '');
    await space.program('bin/promtool', '');
    await space.program('bin/go', fakeGo('echo binary > "$out"'));
    const { prometheus, promtool } = await findPrometheus(ignore, space.env);
    expect(prometheus).to.contain(join(space.root, 'cache', 'registry-credential-operator'));
    expect(folderOf(promtool)).to.equal(folderOf(prometheus));
  });

  it('are those of RCO_TEST_PROMETHEUS where it is set', async () => {
    await using space = await workspace();
    for (const name of ['prometheus', 'promtool']) await space.program(`own/${name}`, '');
    const RCO_TEST_PROMETHEUS = join(space.root, 'own');
    const { promtool } = await findPrometheus(ignore, { ...space.env, RCO_TEST_PROMETHEUS });
    expect(promtool).to.equal(join(RCO_TEST_PROMETHEUS, 'promtool'));
  });

  it('are refused by the name of the one that RCO_TEST_PROMETHEUS lacks', async () => {
    await using space = await workspace();
    await space.program('own/prometheus', '');
    const RCO_TEST_PROMETHEUS = join(space.root, 'own');
    const failure = await findPrometheus(ignore, { ...space.env, RCO_TEST_PROMETHEUS }).catch(String);
    expect(failure).to.contain('no executable promtool');
  });

  it('ask for Go where there is none, or for RCO_TEST_PROMETHEUS', async () => {
    await using space = await workspace();
    const failure = await findPrometheus(ignore, space.env).catch(String);
    expect(failure).to.contain('Prometheus is built with Go 1.26 or later').and.to.contain('RCO_TEST_PROMETHEUS');
  });
});
