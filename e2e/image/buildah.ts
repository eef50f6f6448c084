import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { exists } from './exists.ts';
import { removeWhenOrphaned, spawnGuarded } from '../../test/cluster/reaper.ts';

const LINES_SHOWN = 20;
/** Where it notes which layers it has seen, whatever its `--root`. */
const STRAY = '/var/lib/containers';

/** A buildah whose images, containers and temporary files all lie in one folder, of which nothing is left after `end`. */
export class Buildah {
  readonly #folder: string;
  /** What buildah leaves where no option reaches, and was not there before. */
  readonly #strays: readonly string[];
  readonly #dismiss: () => Promise<void>;

  private constructor(folder: string, strays: readonly string[]) {
    this.#folder = folder;
    this.#strays = strays;
    this.#dismiss = removeWhenOrphaned(folder);
  }

  /** @param folder is made, and goes when this process does */
  static async start(folder: string): Promise<Buildah> {
    await mkdir(join(folder, 'tmp'), { recursive: true });
    return new Buildah(folder, (await exists(STRAY)) ? [] : [STRAY]);
  }

  /**
   * Runs one command to its end. It cannot outlive this process.
   * @param args without those that say where things are stored
   * @throws Error with the last lines of its output when it fails
   */
  async run(args: readonly string[]): Promise<void> {
    const folders = ['--root', join(this.#folder, 'storage'), '--runroot', join(this.#folder, 'run')];
    const child = spawnGuarded('buildah', [...folders, '--storage-driver=vfs', ...args], {
      // vfs and chroot: neither overlay mounts nor namespaces, which a container on this machine may not have.
      env: { ...process.env, BUILDAH_ISOLATION: 'chroot', TMPDIR: join(this.#folder, 'tmp') },
      output: 'pipe',
      signal: 'KILL',
    });
    const ended = once(child, 'close');
    const output = await Promise.all([read(child.stdout), read(child.stderr)]);
    await ended;
    if (child.exitCode === 0) return;
    const last = output.join('\n').trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
    throw new Error(`buildah ${args[0] ?? ''} ended with ${String(child.exitCode ?? child.signalCode)}:\n${last}`);
  }

  async end(): Promise<void> {
    await this.#dismiss();
    for (const path of [this.#folder, ...this.#strays]) await rm(path, { recursive: true, force: true });
  }
}

const read = (stream: Readable | null): Promise<string> => (stream === null ? Promise.resolve('') : text(stream));
