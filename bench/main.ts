/** `npm run bench`: what docs/performance.md quotes. Progress goes to standard error, the result to standard output. */
import { cpus, release, totalmem } from 'node:os';
import { logToStderr } from '../test/cluster/log.ts';
import { type BenchArguments, parseArguments, type Plan } from './arguments.ts';
import { Field } from './field.ts';
import { measureSize, type Measurement } from './measure.ts';
import { measurePulls } from './pulls.ts';
import { pullsTable } from './pulls-report.ts';
import { table } from './report.ts';

const FAILED = 1;
const BAD_USAGE = 2;
const KEEP_ALIVE_MS = 60_000;

async function main(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv);
  if ('problem' in args) {
    process.stderr.write(`bench: ${args.problem}\n`);
    return BAD_USAGE;
  }
  // The servers do not keep this process alive.
  const keepAlive = setInterval(() => undefined, KEEP_ALIVE_MS);
  try {
    const { plan, pulls: pullPlan, json } = args;
    const measurements = plan === undefined ? [] : await measureSizes(plan, args);
    const pulls = await onField(async (field) => {
      await field.grow(pullPlan.namespaces);
      return measurePulls(field, pullPlan, { log: logToStderr, profile: args.profile });
    });
    const tables = [...(plan === undefined ? [] : [table(measurements, plan)]), pullsTable(pulls, pullPlan)];
    const values = { machine: machine(), plan, measurements, pullPlan, pulls };
    process.stdout.write(`${json ? JSON.stringify(values, undefined, 2) : tables.join('\n\n')}\n`);
    return 0;
  } finally {
    clearInterval(keepAlive);
  }
}

function measureSizes(plan: Plan, { profile }: BenchArguments): Promise<readonly Measurement[]> {
  return onField(async (field) => {
    const measurements: Measurement[] = [];
    for (const size of plan.namespaces) {
      await field.grow(size);
      if (measurements.length === 0) await field.addBystanders(plan.bystanders);
      logToStderr(`${size} namespaces, ${plan.bystanders} other Secrets`);
      measurements.push(await measureSize(field, plan, { log: logToStderr, profile }));
    }
    return measurements;
  });
}

/** Each part gets a cluster of its own. */
async function onField<T>(measure: (field: Field) => Promise<T>): Promise<T> {
  const field = await Field.open(logToStderr);
  try {
    return await measure(field);
  } finally {
    await field.close();
  }
}

const machine = () => ({
  cores: cpus().length,
  processor: cpus()[0]?.model,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
});

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}

process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`bench: ${describe(error)}\n`);
    return FAILED;
  }),
);
