import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startOf } from '../sandbox/owner.ts';
import { forgetHolder, heldNode, recordHolder, type HeldFiles } from './held-node.ts';

describe('the record of a node that was left running', () => {
  let folder: string;
  let files: HeldFiles;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rco-held-node-'));
    files = { holder: join(folder, 'holder'), kubeconfig: join(folder, 'kubeconfig'), log: join(folder, 'log') };
    await writeFile(files.kubeconfig, '');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const record = (pid: number, started: string | undefined): Promise<void> =>
    writeFile(files.holder, JSON.stringify({ pid, started }));

  it('names the process that wrote it, until that forgets it', async () => {
    await recordHolder(files);
    expect(await heldNode(files)).to.deep.equal({ pid: process.pid, kubeconfig: files.kubeconfig });
    await forgetHolder(files);
    expect(await heldNode(files)).to.equal(undefined);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('stays when a process forgets it that did not write it', async () => {
    await record(process.ppid, await startOf(process.ppid));
    await forgetHolder(files);
    expect(await heldNode(files)).to.deep.equal({ pid: process.ppid, kubeconfig: files.kubeconfig });
    expect(await readdir(folder)).to.have.members(['holder', 'kubeconfig']);
  });

  it('is none when the process of that number is a later one', async () => {
    await record(process.ppid, '1');
    expect(await heldNode(files)).to.equal(undefined);
    await forgetHolder(files);
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
