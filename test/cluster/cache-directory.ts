import { access, constants, mkdir, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

const NAME = 'registry-credential-operator';

export interface CacheDirectory {
  readonly path: string;
  /** False when the home directory cannot be written: Go's own caches must lie here too then. */
  readonly inHome: boolean;
}

/**
 * The folder for what is kept between runs: under `XDG_CACHE_HOME` or `~/.cache`, or in the directory for temporary files, for this
 * user alone, where neither can be written. It exists afterwards.
 * @throws Error when the fallback belongs to somebody else: what lies in it would be run.
 */
export async function cacheDirectory(
  env: NodeJS.ProcessEnv = process.env,
  temporary: string = tmpdir(),
): Promise<CacheDirectory> {
  const { XDG_CACHE_HOME: xdg, HOME: home } = env;
  // A relative XDG path is to be ignored (XDG Base Directory Specification).
  const root = xdg !== undefined && isAbsolute(xdg) ? xdg : home ? join(home, '.cache') : undefined;
  if (root !== undefined) {
    const path = join(root, NAME);
    if (await usable(path)) return { path, inHome: true };
  }
  const { uid } = userInfo();
  const path = join(temporary, `${NAME}-${uid}`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = await stat(path);
  if (found.uid !== uid || (found.mode & 0o022) !== 0) {
    throw new Error(`${path} can be written by others; remove it, or set XDG_CACHE_HOME to a folder of your own`);
  }
  return { path, inHome: false };
}

async function usable(path: string): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
