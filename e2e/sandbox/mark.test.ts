import { expect } from 'chai';
import { table } from '../../test/table.ts';
import { keptLogs, ownerOf, sandboxFolder, sandboxName } from './mark.ts';

/** The kernel's limit: IFNAMSIZ is 16, the zero at the end included. */
const LONGEST_LINK_NAME = 15;
/** The most that `kernel.pid_max` can be. */
const HIGHEST_PID = 4_194_304;

describe('the name of a sandbox', () => {
  it('is short enough for a network link, whatever the process', () => {
    expect(sandboxName(HIGHEST_PID)).to.have.lengthOf.at.most(LONGEST_LINK_NAME);
  });

  const cases = table(
    'name                | owner',
    'rco-e2e-12          | 12',
    'rco-e2e-            | nobody',
    'rco-e2e-12x         | nobody',
    'rco-e2e-logs-12     | nobody',
    'rco-control-plane-1 | nobody',
    '../rco-e2e-12       | nobody',
  );
  for (const { title, name, owner } of cases) {
    it(`tells whose it is: ${title}`, () => {
      expect(String(ownerOf(name) ?? 'nobody')).to.equal(owner);
    });
  }

  it('tells the folder that goes from the logs that stay', () => {
    expect(keptLogs('rco-e2e-12')).not.to.include(sandboxFolder('rco-e2e-12'));
  });
});
