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
import { runInSandbox, type Provision } from './sandbox/run.ts';
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
  const reason = await unsuitable();
  if (reason !== undefined) {
    log(reason);
    return values['allow-skip'] ? 0 : 1;
  }
  const files = await storyFiles(values.story);
  // Packages and binaries stay: the machine is looked at after they have come, and before the image is built.
  await prepare(log);
  process.chdir(ROOT);
  const args = [MOCHA, '--config', 'e2e/.mocharc.json', ...files];
  return runInSandbox({ command: process.execPath, args, provide: operatorImage, alone: values.alone, log });
}

/** Before the sandbox: npm's registry is not reached from within. The image's folder goes with this process at the latest, however that ends. */
async function operatorImage(): Promise<Provision> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rco-e2e-image-'));
  const dismiss = removeWhenOrphaned(dataDir);
  const remove = async (): Promise<void> => {
    await dismiss();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const { archive } = await buildOperatorImage({ dataDir, tag: IMAGE_TAG, log });
    return { env: { [IMAGE_ARCHIVE]: archive }, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  log(`make e2e: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
