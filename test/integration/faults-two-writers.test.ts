import { expect } from 'chai';
import type { ServiceAccount } from '../../src/api/objects.ts';
import { planAccount } from '../../src/credentials/namespace/plan-account.ts';
import { type AccountEntry, slimAccount } from '../../src/credentials/slim.ts';
import { Writer } from '../../src/credentials/namespace/writer.ts';
import { CacheStore } from '../../src/kube/cache-store.ts';
import { ApiClient } from '../../src/kube/client.ts';
import { isApiError } from '../../src/kube/errors.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Seen } from '../faults/exchange.ts';
import { holds } from '../faults/faults.ts';
import { FaultProxy } from '../faults/proxy.ts';
import { COPY } from './objects.ts';
import { useWorld } from './world.ts';

const ROUNDS = 1_000;
/** The other's entries go up and down between these. */
const MOST = 6;

const isPatch = ({ verb, resource }: Seen): boolean => verb === 'patch' && resource === 'serviceaccounts';
const nameOf = ({ name = '' }: { readonly name?: string }): string => name;

describe('two writers of one ServiceAccount', () => {
  const world = useWorld('writers', { operator: false });
  let proxy: FaultProxy;
  let client: ApiClient;
  let writer: Writer;
  let ref: { readonly namespace: string; readonly name: string };

  before(async () => {
    const { cluster } = world();
    proxy = await FaultProxy.start(cluster.plane);
    const kubeConfig = loadKubeConfig(await proxy.kubeconfig(cluster.kubeconfig));
    client = new ApiClient({ kubeConfig, userAgent: 'test', clock: systemClock });
    writer = new Writer({
      client,
      copies: () => undefined,
      accounts: new CacheStore<AccountEntry>(() => undefined),
      observer: { secretWrite: () => undefined, serviceAccountWrite: () => undefined },
    });
    ref = { namespace: await world().scene('race').namespace('a'), name: 'default' };
  });
  after(async () => {
    await client.close();
    await proxy.stop();
  });

  const read = (): Promise<ServiceAccount> => world().api.get(SERVICE_ACCOUNTS, ref);

  /** Ours: the entry comes or goes, planned from what was seen last, by the very code and rights of the operator. */
  async function ours(seen: AccountEntry, add: boolean): Promise<AccountEntry> {
    const { result, account } = await writer.applyAccount(seen, (current) =>
      planAccount(current, [COPY], () => (add ? 'add' : 'remove')),
    );
    expect(result.kind).to.be.oneOf(['written', 'unchanged']);
    return account;
  }

  it(`lose nothing of each other in ${ROUNDS} rounds, with a write of the other between our read and our write`, async function () {
    this.timeout(120_000);
    const other = new OtherWriter(world().api, ref);
    let round = 0;
    let patches = 0;
    // In two rounds of three the other one comes between: in every third twice.
    const heal = proxy.inject(
      holds(async () => {
        patches += 1;
        if (patches <= round % 3) await other.write();
      }),
      isPatch,
    );
    let last = slimAccount(await read());
    for (; round < ROUNDS; round += 1) {
      patches = 0;
      const add = round % 2 === 0;
      const meanwhile = round % 3 === 0 ? other.write() : Promise.resolve();
      [last] = await Promise.all([ours(last, add), meanwhile]);
      const names = ((await read()).imagePullSecrets ?? []).map(nameOf);
      expect(
        names.filter((name) => name !== COPY),
        `round ${round}`,
      ).to.deep.equal(other.entries);
      expect(names.includes(COPY), `round ${round}`).to.equal(add);
    }
    heal();
    expect(other.writes).to.be.greaterThan(ROUNDS);
  });
});

/** Puts entries of its own into the ServiceAccount and takes them out, each write under the precondition that nobody came between. */
class OtherWriter {
  readonly #api: ApiClient;
  readonly #ref: { readonly namespace: string; readonly name: string };
  /** What it has put there, in this order. */
  entries: readonly string[] = [];
  writes = 0;

  constructor(api: ApiClient, ref: { readonly namespace: string; readonly name: string }) {
    this.#api = api;
    this.#ref = ref;
  }

  /** One change, tried until it is through. */
  async write(): Promise<void> {
    const entries =
      this.entries.length < MOST ? [...this.entries, `other-${this.writes}`] : this.entries.slice(MOST / 2);
    for (;;) {
      const account = await this.#api.get(SERVICE_ACCOUNTS, this.#ref);
      const rest = (account.imagePullSecrets ?? []).map(nameOf).filter((name) => !this.entries.includes(name));
      const imagePullSecrets = [...rest, ...entries].map((name) => ({ name }));
      try {
        await this.#api.update(SERVICE_ACCOUNTS, this.#ref, { ...account, imagePullSecrets });
        break;
      } catch (error) {
        if (!isApiError(error, 'conflict')) throw error;
      }
    }
    this.entries = entries;
    this.writes += 1;
  }
}
