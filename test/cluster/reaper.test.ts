import { expect } from 'chai';
import { allGone, pathGone, runFixture, runs } from './fixtures/child.ts';

interface Held {
  readonly pids: readonly number[];
  readonly directory: string;
}

function isHeld(value: unknown): value is Held {
  return typeof value === 'object' && value !== null && 'pids' in value && 'directory' in value;
}

async function held(line: Promise<string>): Promise<Held> {
  const value: unknown = JSON.parse(await line);
  if (!isHeld(value)) throw new Error('the fixture said something else');
  return value;
}

describe('the reaper', function () {
  this.timeout(60_000);

  const ownEndings = [
    ['returns without stopping anything', 'return'],
    ['throws', 'throw'],
    ['calls process.exit', 'exit'],
  ] as const;
  for (const [what, ending] of ownEndings) {
    it(`ends what a process started and removes its directory when it ${what}`, async () => {
      const { firstLine, ended } = runFixture('hold-daemon.ts', [ending]);
      const { pids, directory } = await held(firstLine);
      await ended;
      await allGone(pids);
      await pathGone(directory);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
    it(`ends what a process started and removes its directory when it gets ${signal}`, async () => {
      const { child, firstLine } = runFixture('hold-daemon.ts', ['hold']);
      const { pids, directory } = await held(firstLine);
      expect(await Promise.all(pids.map(runs))).not.to.include(false);
      child.kill(signal);
      await allGone(pids);
      await pathGone(directory);
    });
  }

  it('leaves no server of a whole control plane behind when its holder is killed with SIGKILL', async function () {
    this.timeout(0);
    const { child, firstLine } = runFixture('hold-control-plane.ts');
    const { pids, directory } = await held(firstLine);
    expect(pids).to.have.length(3);
    child.kill('SIGKILL');
    await allGone(pids);
    await pathGone(directory);
  });
});
