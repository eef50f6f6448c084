import { cp } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../test/cluster/log.ts';
import { remains, type Inventory, type Trace } from './difference.ts';
import { logsIn } from './environment.ts';
import { takeInventory } from './inventory.ts';
import { keptLogs } from './mark.ts';
import { startSandbox, type RunningSandbox, type SandboxedCommand } from './sandbox.ts';
import { sweepLeftovers } from './sweep.ts';

/** The kernel takes a network namespace and its links down in its own time. */
const GONE_WITHIN = 20_000;
const FAILED = 1;
const INTERRUPTED = 130;

/** The last line of a run after which the machine is as it was. */
export const NOTHING_LEFT =
  'nothing is left: no process, mount, namespace, link, control group, file or kernel setting';

export interface Provision extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
}

export interface Run extends SandboxedCommand {
  readonly log: Log;
  /** Makes what the command is given besides, after the first look at the machine; it is disposed of before the second. */
  readonly provide?: () => Promise<Provision>;
  /**
   * Nothing else happens on this machine: whatever is new afterwards counts as left. Otherwise only what carries the sandbox's name does and what
   * only a node makes.
   */
  readonly alone: boolean;
  /** Done beside the command. The sandbox is ended when it fails; the signal fires when the sandbox has ended. */
  readonly meanwhile?: (sandbox: RunningSandbox, signal: AbortSignal) => Promise<void>;
}

/**
 * Runs a command in a sandbox, removes the sandbox, and compares the machine with what it was before. SIGINT, SIGTERM and SIGHUP end the
 * sandbox at once. After a failure its logs are kept, and the log says where.
 * @returns the exit status: the command's; 130 after a signal; 1 when something is left behind
 * @throws Error when the sandbox cannot be made or removed; whatever `meanwhile` throws
 */
export async function runInSandbox(run: Run): Promise<number> {
  const { log, alone } = run;
  await sweepLeftovers(log);
  const before = await takeInventory();
  const { status, name, forgetSignals } = await fromStartToEnd(run);
  const left = await leftBehind(before, name, alone);
  forgetSignals();
  for (const { kind, what } of left) log(`left behind: ${kind} ${what}`);
  if (left.length > 0) return status === 0 ? FAILED : status;
  log(NOTHING_LEFT);
  return status;
}

interface Outcome {
  readonly status: number;
  readonly name: string;
  readonly forgetSignals: () => void;
}

async function fromStartToEnd({ log, provide, meanwhile, ...run }: Run): Promise<Outcome> {
  await using provision = await provide?.();
  const command = { ...run, env: { ...run.env, ...provision?.env } };
  const sandbox = await startSandbox(command);
  const interruption = endOnSignals(sandbox, log);
  let status = FAILED;
  try {
    status = await followed(sandbox, meanwhile);
  } finally {
    await sandbox.kill();
    await sandbox.ended;
    if (interruption.happened()) status = INTERRUPTED;
    else if (status !== 0) await keepLogs(sandbox, log);
    await sandbox.remove();
  }
  return { status, name: sandbox.name, forgetSignals: interruption.forget };
}

async function followed(sandbox: RunningSandbox, meanwhile: Run['meanwhile']): Promise<number> {
  const over = new AbortController();
  const ended = sandbox.ended.finally(() => {
    over.abort();
  });
  const work = meanwhile?.(sandbox, over.signal).then(() => ended) ?? ended;
  return Promise.race([ended, work]);
}

interface Interruption {
  readonly happened: () => boolean;
  readonly forget: () => void;
}

function endOnSignals(sandbox: RunningSandbox, log: Log): Interruption {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let happened = false;
  const end = (signal: NodeJS.Signals): void => {
    if (happened) return;
    happened = true;
    log(`${signal}: ending everything`);
    void sandbox.kill();
  };
  for (const signal of signals) process.on(signal, end);
  return {
    happened: () => happened,
    forget: () => {
      for (const signal of signals) process.off(signal, end);
    },
  };
}

async function keepLogs({ name, folder }: RunningSandbox, log: Log): Promise<void> {
  const kept = keptLogs(name);
  await cp(logsIn(folder), kept, { recursive: true });
  log(`the logs of all components are in ${kept}`);
}

/** What is there that was not before, once all that goes by itself has gone. */
async function leftBehind(before: Inventory, name: string, alone: boolean): Promise<readonly Trace[]> {
  const deadline = performance.now() + GONE_WITHIN;
  for (;;) {
    const { own, others } = remains(before, await takeInventory(), name);
    const left = (alone ? [...own, ...others] : own).filter(({ what }) => what !== keptLogs(name));
    if (left.length === 0 || performance.now() > deadline) return left;
    await delay(250);
  }
}
