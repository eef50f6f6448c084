/** `make demo`: what the operator does, shown on a control plane of its own. No kubeconfig of the user is read. */
import { parseArguments, type DemoArguments } from './arguments.ts';
import { invitation } from './invitation.ts';
import { Narrator } from './narrator.ts';
import { Stage } from './stage.ts';
import { StepFailed, takeSteps } from './step.ts';
import { tour } from './tour.ts';

const FAILED = 1;
const BAD_USAGE = 2;
const KEEP_ALIVE_MS = 60_000;

const narrator = new Narrator((text) => {
  process.stdout.write(text);
});

async function main(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv);
  if ('problem' in args) {
    process.stderr.write(`demo: ${args.problem}\n`);
    return BAD_USAGE;
  }
  const interrupted = interruption();
  // The servers do not keep this process alive.
  const keepAlive = setInterval(() => undefined, KEEP_ALIVE_MS);
  try {
    return await perform(args, interrupted);
  } finally {
    clearInterval(keepAlive);
  }
}

/** @returns exit status */
async function perform({ once }: DemoArguments, interrupted: AbortSignal): Promise<number> {
  // A build under way, or servers that are starting, end with this process.
  const stage = await Promise.race([Stage.open(narrator, interrupted), aborted(interrupted)]);
  if (stage === undefined) return once ? FAILED : 0;
  try {
    await takeSteps(tour(), stage, narrator);
    if (once) return 0;
    narrator.say(invitation(stage));
    await Promise.race([aborted(interrupted), stage.operator.endedUnasked()]);
    return 0;
  } catch (error) {
    if (interrupted.aborted) return once ? FAILED : 0;
    await explain(error, stage);
    return FAILED;
  } finally {
    if (interrupted.aborted) narrator.say('stopping');
    await stage.close();
  }
}

async function explain(error: unknown, stage: Stage): Promise<void> {
  const what = error instanceof StepFailed ? `step failed: ${error.message}` : messageOf(error);
  const log = (await stage.lastLogLines()).map((line) => `  ${line}`);
  process.stderr.write(`${[`demo: ${what}`, "the operator's last log lines:", ...log].join('\n')}\n`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      controller.abort(new Error('interrupted'));
    });
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const end = (): void => {
      resolve(undefined);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`demo: ${messageOf(error)}\n`);
    return FAILED;
  }),
);
