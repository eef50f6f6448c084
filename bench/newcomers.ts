import type { Field } from './field.ts';
import { coverNamespace } from './limit.ts';
import { PREFIX } from './names.ts';
import { namespace, newLogin, paths } from './objects.ts';
import { WITH_ENTRY } from './observatory.ts';

const WITHIN_SECONDS = 60;

/** Milliseconds from the moment when the watch shows a new namespace's ServiceAccount to the moment when it shows its entry. */
export type Latencies = readonly number[];

/** Who covers a new namespace, once its ServiceAccount is there. */
type React = (name: string) => Promise<void>;

/** By a bare client that hears of the ServiceAccount from the very watch that takes the time. */
export function measureBareReaction(field: Field, count: number): Promise<Latencies> {
  const login = newLogin();
  return measure(field, names('bare', count), (name) => coverNamespace(field.asOperator, name, login));
}

/** By the operator, which runs and has a policy. */
export function measureOperatorReaction(field: Field, count: number): Promise<Latencies> {
  return measure(field, names('operator', count), () => Promise.resolve());
}

/** A deleted namespace's name is free again only after a while. */
const names = (who: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${PREFIX}${who}-${Date.now().toString(36)}-${index}`);

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
