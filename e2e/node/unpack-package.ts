import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unpackedFolder } from './packages.ts';
import { runTool } from './tool.ts';

/**
 * Unpacks a Debian package into the cache. None of its scripts runs, so nothing of it is started or installed; what it depends on is not looked
 * at.
 * @throws Error with what apt-get or dpkg-deb said
 */
export async function unpackPackage(name: string): Promise<void> {
  const folder = await unpackedFolder(name);
  await mkdir(dirname(folder), { recursive: true });
  // Beside it, so that it can be moved there whole.
  const work = await mkdtemp(`${folder}-`);
  try {
    await runTool('env', ['--chdir', work, 'apt-get', '--quiet', '-o', 'APT::Sandbox::User=root', 'download', name]);
    const [archive = ''] = (await readdir(work)).filter((file) => file.endsWith('.deb'));
    const files = join(work, 'files');
    await runTool('dpkg-deb', ['--extract', join(work, archive), files]);
    await rm(folder, { recursive: true, force: true });
    await rename(files, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
