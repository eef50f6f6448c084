import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(import.meta.dirname, 'measure-memory.ts');
const PODS = 10_000;
const MAX_MB = 40;

describe('the memory of flow B', function () {
  this.timeout(60_000);

  it(`stays under ${MAX_MB} MB for ${PODS} pods that cannot pull, each with two Events of its own`, async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--expose-gc', SCRIPT, PODS.toString()]);
    expect(Number(stdout)).to.be.above(1).and.below(MAX_MB);
  });
});
