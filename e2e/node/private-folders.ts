import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KERNEL_SETTINGS, settingFile } from '../sandbox/kernel-settings.ts';
import { runTool } from './tool.ts';

/**
 * Folders whose content stays to be read; what is written goes to the sandbox. kubelet, controller manager, CNI and containerd have paths there
 * that nothing changes.
 */
const WRITTEN_ELSEWHERE = ['/var/lib', '/var/log', '/opt', '/usr/libexec'];
/** Starts out empty: sockets of the machine's own services have no business on the node. The shims' lie there. */
const EMPTY = '/run';

/** In this mount namespace alone, keeps what is written below /run, /var/lib and the like from the machine's own folders. */
export async function makeFoldersPrivate(folder: string): Promise<void> {
  // First: mount(8) writes there itself.
  await runTool('mount', ['--no-mtab', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', EMPTY]);
  for (const path of WRITTEN_ELSEWHERE) {
    if (!(await isFolder(path))) continue;
    const base = join(folder, 'host', path);
    const [upper, work] = [join(base, 'upper'), join(base, 'work')];
    await Promise.all([upper, work].map((part) => mkdir(part, { recursive: true })));
    const options = `lowerdir=${path},upperdir=${upper},workdir=${work}`;
    await runTool('mount', ['-t', 'overlay', 'overlay', '-o', options, path]);
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * In this mount namespace alone, shows the kernel's settings as the kubelet wants them, by files laid over them: it would change them for
 * the whole machine otherwise.
 */
export async function showKernelSettings(folder: string): Promise<void> {
  const shown = join(folder, 'kernel-settings');
  await mkdir(shown);
  for (const { name, wanted } of KERNEL_SETTINGS) {
    const file = join(shown, name);
    await writeFile(file, `${wanted}\n`);
    await runTool('mount', ['--bind', file, settingFile(name)]);
  }
}
