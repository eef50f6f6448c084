import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from './field.ts';
import { coverNamespace } from './limit.ts';
import { PREFIX } from './names.ts';
import { namespace, newLogin, paths } from './objects.ts';
import { WITH_ENTRY } from './observatory.ts';

const WITHIN_SECONDS = 60;
/** Between two of them, so that they are no load of their own. */
const PAUSE_MS = 100;

/** Milliseconds from the moment when the watch shows a new namespace's ServiceAccount to the moment when it shows its entry. */
export type Latencies = readonly number[];

/** Who covers a new namespace, once its ServiceAccount is there. */
type React = (name: string) => Promise<void>;

const operatorReacts: React = () => Promise.resolve();

/** By a bare client that hears of the ServiceAccount from the very watch that takes the time. */
export function measureBareReaction(field: Field, count: number): Promise<Latencies> {
  const login = newLogin();
  return measure(field, names('bare', count), (name) => coverNamespace(field.asOperator, name, login));
}

/** By the operator, which runs and has a policy. */
export function measureOperatorReaction(field: Field, count: number): Promise<Latencies> {
  return measure(field, names('operator', count), operatorReacts);
}

/** In turn by both, at the same time and under the same load. */
export interface Reactions {
  readonly operator: Latencies;
  /** In namespaces that the policy does not match. */
  readonly bare: Latencies;
}

/** By the operator and a bare client, with pauses, for as long as something else lasts, of which the result comes with it. */
export async function measureReactionsDuring<T>(
  field: Field,
  what: Promise<T>,
): Promise<{ readonly reactions: Reactions; readonly result: T }> {
  let isOver = false;
  const ended = what.finally(() => {
    isOver = true;
  });
  const login = newLogin();
  const bareReacts: React = (name) => coverNamespace(field.asOperator, name, login);
  const newcomers = async (): Promise<Reactions> => {
    const [operator, bare, names]: [number[], number[], string[]] = [[], [], []];
    const one = async (name: string, react: React): Promise<number> => {
      names.push(name);
      const latency = await measureOne(field, name, react);
      await pause(PAUSE_MS);
      return latency;
    };
    while (!isOver) {
      operator.push(await one(newName(`${PREFIX}during`, operator.length), operatorReacts));
      bare.push(await one(newName('unmatched', bare.length), bareReacts));
    }
    await field.drop(names);
    return { operator, bare };
  };
  const [result, reactions] = await Promise.all([ended, newcomers()]);
  return { reactions, result };
}

/** A deleted namespace's name is free again only after a while. */
const newName = (who: string, index: number): string => `${who}-${Date.now().toString(36)}-${index}`;

const names = (who: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => newName(`${PREFIX}${who}`, index));

/** One after the other; the namespaces are deleted at the end. */
async function measure(field: Field, newcomers: readonly string[], react: React): Promise<Latencies> {
  const latencies: number[] = [];
  for (const name of newcomers) latencies.push(await measureOne(field, name, react));
  await field.drop(newcomers);
  return latencies;
}

async function measureOne({ admin, observatory }: Field, name: string, react: React): Promise<number> {
  const appeared = observatory.accounts.whenIn(name, () => true);
  const covered = observatory.accounts.whenIn(name, (mark) => mark === WITH_ENTRY);
  const reacted = appeared.then(() => react(name));
  await admin.post(paths.namespaces, namespace(name));
  const all = Promise.all([appeared, covered, reacted]);
  const [from, to] = await observatory.within(WITHIN_SECONDS, `${name} covered`, all);
  return to - from;
}
