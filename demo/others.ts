import type { Secret, ServiceAccount } from '../src/api/objects.ts';
import { SECRETS, SERVICE_ACCOUNTS } from '../src/kube/resources.ts';
import { OPERATOR_NAME } from '../src/names.ts';
import { COPY, SOURCE } from './sample.ts';
import type { Stage } from './stage.ts';

/** What belongs to others, byte for byte, by the name of the object. */
type Belongings = ReadonlyMap<string, string>;

/** Remembers the Secrets and ServiceAccounts of others as they were before the policy, to compare them when it is gone. */
export class Others {
  readonly #before = new Map<string, string>();

  /** Adds whatever is there and not yet known. */
  async remember(stage: Stage): Promise<void> {
    for (const [name, bytes] of await belongings(stage)) if (!this.#before.has(name)) this.#before.set(name, bytes);
  }

  /** Names of what was remembered and is not as it was. */
  async changed(stage: Stage): Promise<readonly string[]> {
    const now = await belongings(stage);
    return [...this.#before].filter(([name, bytes]) => now.get(name) !== bytes).map(([name]) => name);
  }

  get count(): number {
    return this.#before.size;
  }
}

async function belongings({ api }: Stage): Promise<Belongings> {
  const [secrets, accounts] = await Promise.all([api.list(SECRETS, {}), api.list(SERVICE_ACCOUNTS, {})]);
  return new Map([
    ...secrets.items.filter(isOfOthers).map((secret) => [`Secret ${path(secret)}`, JSON.stringify(secret)] as const),
    ...accounts.items.map(
      (account) => [`ServiceAccount ${path(account)}`, JSON.stringify(unversioned(account))] as const,
    ),
  ]);
}

/** The source is edited in the course of the demo. */
const isOfOthers = ({ metadata: { namespace, name } }: Secret): boolean =>
  name !== COPY && !(namespace === OPERATOR_NAME && name === SOURCE);

const path = ({ metadata: { namespace = '', name } }: Secret | ServiceAccount): string => `${namespace}/${name}`;

/** An entry that came and went leaves a higher version number and a note of who wrote it, and must leave nothing else. */
const unversioned = (account: ServiceAccount): object => ({
  ...account,
  metadata: { ...account.metadata, resourceVersion: undefined, managedFields: undefined },
});
