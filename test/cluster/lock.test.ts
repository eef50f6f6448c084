import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { runFixture } from './fixtures/child.ts';
import { withLock } from './lock.ts';

const ignore = (): void => undefined;

describe('the lock against two builds at once', function () {
  this.timeout(30_000);

  it('lets one at a time work, and each of them in the end', async () => {
    const name = randomUUID();
    let working = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      working += 1;
      most = Math.max(most, working);
      await new Promise(setImmediate);
      working -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(name, ignore, work)));
    expect({ working, most }).to.deep.equal({ working: 0, most: 1 });
  });

  it('is free again after work that throws', async () => {
    const name = randomUUID();
    const failure = await withLock(name, ignore, () => Promise.reject(new Error('on purpose'))).catch(String);
    expect(failure).to.equal('Error: on purpose');
    expect(await withLock(name, ignore, () => Promise.resolve('next'))).to.equal('next');
  });

  it('keeps different names apart', async () => {
    const inner = await withLock(randomUUID(), ignore, () =>
      withLock(randomUUID(), ignore, () => Promise.resolve('both')),
    );
    expect(inner).to.equal('both');
  });

  it('says for which process it waits, and passes to the waiter when that process is killed', async () => {
    const name = randomUUID();
    const { child, firstLine } = runFixture('hold-lock.ts', [name]);
    expect(await firstLine).to.equal('locked');
    const lines: string[] = [];
    const killWhenWaitedFor = (line: string): void => {
      lines.push(line);
      child.kill('SIGKILL');
    };
    expect(await withLock(name, killWhenWaitedFor, () => Promise.resolve('mine'))).to.equal('mine');
    expect(lines).to.deep.equal([`process ${String(child.pid)} is building the same; waiting for it`]);
  });
});
