import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { handDownControllers, takeBackControllers } from './controllers.ts';

/** Files stand for the kernel's: what was written last is what they hold. */
describe('controllers of control groups, version 2', () => {
  let root: string;
  let folder: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'rco-controllers-'));
    folder = join(root, 'folder');
    await mkdir(folder);
    await writeFile(join(root, 'cgroup.controllers'), 'cpu memory pids\n');
    await writeFile(join(root, 'cgroup.subtree_control'), 'memory\n');
  });

  afterEach(() => rm(root, { recursive: true }));

  const control = (): Promise<string> => readFile(join(root, 'cgroup.subtree_control'), 'utf8');

  it('are handed down where they are not yet, and those alone are taken back', async () => {
    await handDownControllers(root, folder);
    expect(await control()).to.equal('+cpu +pids');
    await takeBackControllers(folder);
    expect(await control()).to.equal('-pids');
  });

  it('stay where another run may rely on them', async () => {
    await handDownControllers(root, folder);
    await mkdir(join(root, 'rco-e2e-7'));
    await takeBackControllers(folder);
    expect(await control()).to.equal('+cpu +pids');
  });

  it('are left alone where all are handed down already', async () => {
    await writeFile(join(root, 'cgroup.subtree_control'), 'cpu memory pids\n');
    await handDownControllers(root, folder);
    await takeBackControllers(folder);
    expect(await control()).to.equal('cpu memory pids\n');
  });
});
