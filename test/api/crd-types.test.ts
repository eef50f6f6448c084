import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { CRD_FILE, generateTypes, TYPES_FILE } from '../../scripts/generate-types.ts';

describe('the generated types', function () {
  this.timeout(30_000);

  it('are what the CRD gives now: else run `node scripts/generate-types.ts`', async () => {
    const [crd, types] = await Promise.all([readFile(CRD_FILE, 'utf8'), readFile(TYPES_FILE, 'utf8')]);
    expect(await generateTypes(crd)).to.equal(types);
  });

  it('follow a changed CRD', async () => {
    const crd = await readFile(CRD_FILE, 'utf8');
    const changed = crd.replace('enum: [Enforce, Observe]', 'enum: [Enforce, Observe, Dream]');
    expect(await generateTypes(changed)).to.contain("export type PolicyMode = 'Enforce' | 'Observe' | 'Dream';");
  });

  it('are refused when two places of one type differ', async () => {
    const crd = await readFile(CRD_FILE, 'utf8');
    const changed = crd.replace('enum: [In, NotIn, Exists, DoesNotExist]', 'enum: [In, NotIn]');
    const error = await generateTypes(changed).then(() => undefined, String);
    expect(error).to.contain('differs from another LabelSelector');
  });
});
