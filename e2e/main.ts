/** `node e2e/main.ts [--allow-skip] [--alone] [--story NAME]...`: the stories, on a node of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { logToStderr as log } from '../test/cluster/log.ts';
import { buildOperatorImage } from './image/operator-image.ts';
import { IMAGE_ARCHIVE, IMAGE_TAG } from './image/names.ts';
import { removeWhenOrphaned } from '../test/cluster/reaper.ts';
import { prepare, unsuitable } from './prepare.ts';
import { runInSandbox } from './sandbox/run.ts';
import { storyFiles } from './stories.ts';

const ROOT = join(import.meta.dirname, '..');
const MOCHA = join(ROOT, 'node_modules/mocha/bin/mocha.js');

const { values } = parseArgs({
  options: {
    'allow-skip': { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
    story: { type: 'string', multiple: true, default: [] },
  },
});

async function main(): Promise<number> {
  const reason = unsuitable();
  if (reason !== undefined) {
    log(reason);
    return values['allow-skip'] ? 0 : 1;
  }
  const files = await storyFiles(values.story);
  await prepare(log);
  process.chdir(ROOT);
  const args = [MOCHA, '--config', 'e2e/.mocharc.json', ...files];
  await using images = await temporaryFolder();
  // Before the sandbox: npm's registry is not reached from within.
  const { archive } = await buildOperatorImage({ dataDir: images.path, tag: IMAGE_TAG, log });
  return await runInSandbox({
    command: process.execPath,
    args,
    env: { [IMAGE_ARCHIVE]: archive },
    alone: values.alone,
    log,
  });
}

/** Goes with this process at the latest, however that ends. */
async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'rco-e2e-image-'));
  const dismiss = removeWhenOrphaned(path);
  const remove = async (): Promise<void> => {
    await dismiss();
    await rm(path, { recursive: true, force: true });
  };
  return { path, [Symbol.asyncDispose]: remove };
}

try {
  process.exitCode = await main();
} catch (error) {
  log(`make e2e: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
