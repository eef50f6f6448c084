import type { BareClient } from './bare-client.ts';
import type { Field } from './field.ts';
import { copy, newLogin, paths, withEntry, withoutEntry } from './objects.ts';
import { WITH_ENTRY } from './observatory.ts';

/** Milliseconds. */
export interface BulkTimes {
  readonly initial: number;
  readonly rotation: number;
  /** Of every entry and every copy. */
  readonly removal: number;
}

const WITHIN_SECONDS = 300;

/** The writes of an initial sync, a rotation and a removal by a bare client; leaves the namespaces as they were. */
export async function measureLimit(field: Field, client: BareClient): Promise<BulkTimes> {
  const initial = await timed(
    field,
    field.observatory.accounts,
    (mark) => mark === WITH_ENTRY,
    (login) => client.forEach(field.namespaces, (name) => coverNamespace(client, name, login)),
  );
  const login = newLogin();
  const rotation = await timed(
    field,
    field.observatory.copies,
    (mark) => mark === login,
    () => client.forEach(field.namespaces, (name) => client.put(paths.copy(name), copy(login))),
  );
  return { initial, rotation, removal: await undo(field, client) };
}

/** One Secret, one entry. */
export async function coverNamespace(client: BareClient, name: string, login: string): Promise<void> {
  await client.post(paths.secrets(name), copy(login));
  await client.patch(paths.account(name), withEntry);
}

/** From the first request until the watch has seen the last change. */
async function timed(
  field: Field,
  tracker: Field['observatory']['accounts'],
  isWanted: (mark: string | undefined) => boolean,
  work: (login: string) => Promise<void>,
): Promise<number> {
  const seen = tracker.whenCount(field.namespaces.length, isWanted);
  const begun = performance.now();
  const [ended] = await field.observatory.within(WITHIN_SECONDS, 'the limit', Promise.all([seen, work(newLogin())]));
  return ended - begun;
}

async function undo({ namespaces, observatory }: Field, client: BareClient): Promise<number> {
  const begun = performance.now();
  await client.forEach(namespaces, async (name) => {
    await client.patch(paths.account(name), withoutEntry);
    await client.delete(paths.copy(name));
  });
  return (await observatory.within(WITHIN_SECONDS, 'the limit undone', nothingLeft(observatory))) - begun;
}

/** Waits until no namespace has a copy or an entry. @returns the moment when it was seen */
export async function nothingLeft({ copies, accounts }: Field['observatory']): Promise<number> {
  return Math.max(
    ...(await Promise.all([copies.whenNone(() => true), accounts.whenNone((mark) => mark === WITH_ENTRY)])),
  );
}
