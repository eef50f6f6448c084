import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../node/tool.ts';
import { exists } from './exists.ts';

/** What base.Containerfile tells npm to read as its global configuration. */
const GLOBAL_CONFIG = '/etc/npmrc';
const USER_CONFIG = '/root/.npmrc';

/**
 * Lends this machine's way to packages to the build, by mounts alone, so that nothing of it is in an image: npm's configuration (registry, proxy,
 * certificates, and whatever the user's file holds) and its cache, which is asked first.
 * @param folder for a configuration file
 * @returns values of buildah's `--volume`
 * @throws Error when npm does not tell its configuration
 */
export async function npmMounts(folder: string): Promise<readonly string[]> {
  const npm = await npmConfig();
  const cafile = npm('cafile') ?? process.env['NODE_EXTRA_CA_CERTS'];
  const cache = npm('cache');
  const settings = { registry: npm('registry'), 'https-proxy': npm('https-proxy'), cafile, cache };
  const lines = Object.entries(settings).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  const config = join(folder, 'npmrc');
  await writeFile(config, [...lines, 'prefer-offline=true', ''].join('\n'));

  const user = npm('userconfig');
  const mounts = [
    `${config}:${GLOBAL_CONFIG}:ro`,
    ...(user !== undefined && (await exists(user)) ? [`${user}:${USER_CONFIG}:ro`] : []),
    ...(cafile === undefined ? [] : [`${cafile}:${cafile}:ro`]),
    // npm's cache is made for several writers at a time.
    ...(cache !== undefined && (await exists(cache)) ? [`${cache}:${cache}`] : []),
  ];
  return mounts;
}

/** npm's configuration as it holds outside of any project; a setting that is not set is undefined. */
async function npmConfig(): Promise<(key: string) => string | undefined> {
  const config: unknown = JSON.parse(await runTool('npm', ['config', 'list', '--json']));
  const settings = new Map<string, unknown>(
    typeof config === 'object' && config !== null ? Object.entries(config) : [],
  );
  return (key) => {
    const value = settings.get(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
}
