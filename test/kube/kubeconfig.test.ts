import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';

const config = (server: string, context = 'x'): string =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 'hunter2' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': context,
  });

describe('loadKubeConfig', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))));
  after(() => rm(folder, { recursive: true }));

  it('reads a file', async () => {
    const path = join(folder, 'good');
    await writeFile(path, config('https://example.test:6443'));
    expect(loadKubeConfig(path).getCurrentCluster()?.server).to.equal('https://example.test:6443');
  });

  const bad: { name: string; text: string | undefined; says: RegExp }[] = [
    { name: 'absent', text: undefined, says: /cannot read .*: ENOENT/ },
    { name: 'no YAML', text: 'token: hunter2\n  - : {', says: /not a valid kubeconfig/ },
    { name: 'empty', text: '', says: /not a valid kubeconfig|no current context/ },
    { name: 'without that context', text: config('https://a.test', 'other'), says: /no current context/ },
    { name: 'without a URL', text: config('hunter2 hunter2'), says: /not a URL/ },
    { name: 'with plain HTTP', text: config('http://a.test'), says: /plain HTTP/ },
  ];
  for (const { name, text, says } of bad) {
    it(`says in one line what is wrong with a file that is ${name}, and quotes nothing of it`, async () => {
      const path = join(folder, name.replaceAll(' ', '-'));
      if (text !== undefined) await writeFile(path, text);
      expect(() => loadKubeConfig(path))
        .to.throw(says)
        .with.property('message')
        .that.does.not.match(/hunter2|\n/);
    });
  }
});
