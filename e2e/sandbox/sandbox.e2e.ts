import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { until } from '../../test/cluster/wait.ts';
import { allGroups } from './control-groups.ts';
import { remains, type Trace } from './difference.ts';
import { takeInventory } from './inventory.ts';
import { sandboxName } from './mark.ts';
import { processOne } from './process-one.ts';
import { NOTHING_LEFT } from './run.ts';

/** One of each: a mount, a link, a network namespace with a name, a process of a session of its own, a file. Then it says so. */
const LITTER = [
  'mount -t tmpfs tmpfs /mnt',
  'ip link add litter type bridge',
  'mount -t tmpfs tmpfs /run && ip netns add litter',
  'setsid sleep 600 > /dev/null 2>&1 &',
  'touch "$TMPDIR/litter"',
  'echo littered',
].join('\n');

interface Sandboxed {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** The exit status. */
  readonly ended: Promise<unknown>;
  readonly littered: () => Promise<true>;
  readonly name: string;
}

const running: Sandboxed[] = [];

/** Runs a script in a sandbox of its own, under a process that tests may kill. */
function sandboxed(script: string): Sandboxed {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/run-shell.ts'), script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([status]: readonly unknown[]) => status);
  const littered = (): Promise<true> =>
    until(() => Promise.resolve(lines.includes('littered') ? true : undefined), { what: 'litter', within: 20_000 });
  const sandbox = { child, lines, ended, littered, name: sandboxName(child.pid ?? 0) };
  running.push(sandbox);
  return sandbox;
}

/** Of the sandbox that a process has made. */
async function processOneBelow(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const found = await Promise.all(children.split(' ').map((child) => processOne(Number(child))));
  return found.find((one) => one !== undefined);
}

/** The two shells that wait for the end of the process that made a sandbox. */
async function guardsOf(name: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  const isGuard = (command: string | undefined): boolean =>
    command?.startsWith('/bin/sh\0') === true && command.includes(name);
  return pids.filter((_, index) => isGuard(commands[index])).map(Number);
}

/** Ends a sandbox by its guard, if a test that failed has left it running. */
async function endForGood({ child, name }: Sandboxed): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  const gone = async (): Promise<true | undefined> =>
    (await allGroups()).some((group) => group.endsWith(`/${name}`)) ? undefined : true;
  await until(gone, { what: `control groups ${name} gone`, within: 30_000 });
}

describe('a sandbox', function () {
  this.timeout(60_000);

  afterEach(async () => {
    for (const sandbox of running.splice(0)) await endForGood(sandbox);
  });

  for (const [what, last, status] of [
    ['ends by itself', 'exit 0', 0],
    ['fails', 'exit 3', 3],
  ] as const) {
    it(`leaves nothing behind when its command ${what}, and passes its status on`, async () => {
      const { ended, lines } = sandboxed(`${LITTER}\n${last}`);
      expect(await ended).to.equal(status);
      expect(lines).to.include('littered').and.to.include(NOTHING_LEFT);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`leaves nothing behind on ${signal}, and says by its status that it was interrupted`, async () => {
      const { child, ended, lines, littered } = sandboxed(`${LITTER}\nsleep 600`);
      await littered();
      child.kill(signal);
      expect(await ended).to.equal(130);
      expect(lines).to.include(NOTHING_LEFT);
    });
  }

  it('ends when a signal comes at the moment at which its process 1 is there', async () => {
    for (let round = 0; round < 10; round++) {
      const { child, ended, lines } = sandboxed('sleep 600');
      await until(() => processOneBelow(child.pid ?? 0), { what: 'process 1', within: 20_000, every: 0 });
      child.kill('SIGINT');
      expect(await ended).to.equal(130);
      expect(lines).to.include(NOTHING_LEFT);
    }
  });

  it('leaves nothing behind when the process that made it is killed', async () => {
    const before = await takeInventory();
    const { child, ended, littered, name } = sandboxed(`${LITTER}\nsleep 600`);
    await littered();
    child.kill('SIGKILL');
    await ended;
    let own: readonly Trace[] = [];
    const gone = async (): Promise<true | undefined> => {
      ({ own } = remains(before, await takeInventory(), name));
      return own.length === 0 ? true : undefined;
    };
    await until(gone, { what: 'everything gone', within: 30_000, every: 250 }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(own)}`);
    });
  });

  it('is cleared away by the next one when its guard was killed as well', async () => {
    const first = sandboxed(`${LITTER}\nsleep 600`);
    await first.littered();
    const guards = await guardsOf(first.name);
    expect(guards).to.have.length(2);
    for (const guard of guards) process.kill(guard, 'SIGKILL');
    const exited = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await exited;

    const second = sandboxed('exit 0');
    expect(await second.ended).to.equal(0);
    expect(second.lines).to.include(`removing what a killed run left: ${first.name}`);
    const inventory = await takeInventory();
    expect(
      Object.values(inventory)
        .flat()
        .filter((what) => what.includes(`${first.name}/`)),
    ).to.deep.equal([]);
  });
});
