import { join } from 'node:path';
import { NAMESPACES } from '../src/kube/resources.ts';
import { OPERATOR_NAME } from '../src/names.ts';
import { type ControlPlane, startControlPlane } from '../test/cluster/control-plane.ts';
import { installOperator } from '../test/cluster/install-operator.ts';
import type { Log } from '../test/cluster/log.ts';
import { until } from '../test/cluster/wait.ts';
import { BareClient } from './bare-client.ts';
import { PREFIX } from './names.ts';
import { bystander, namespace, newLogin, paths, source } from './objects.ts';
import { Observatory } from './observatory.ts';
import { buildProduct, type Product } from './product.ts';

/** Ample for a thousand namespaces on a busy machine. */
const SLOW_SECONDS = 300;
const BYSTANDER_SPREAD = 100;

/** The cluster that everything is measured on. */
export class Field {
  readonly plane: ControlPlane;
  /** Path of the kubeconfig of the operator's ServiceAccount. */
  readonly kubeconfig: string;
  readonly observatory: Observatory;
  readonly product: Product;
  readonly admin: BareClient;
  /** The same bare client with the operator's rights, under its guard. */
  readonly asOperator: BareClient;
  /** Those that the policy matches and that stay. */
  readonly namespaces: string[] = [];
  #runs = 0;

  private constructor(plane: ControlPlane, kubeconfig: string, product: Product) {
    this.plane = plane;
    this.kubeconfig = kubeconfig;
    this.product = product;
    this.observatory = new Observatory(plane.adminKubeconfig);
    this.admin = new BareClient(plane.adminKubeconfig);
    this.asOperator = new BareClient(kubeconfig);
  }

  /** Starts a control plane with `config/default` on it, a source, and its watches. */
  static async open(log: Log): Promise<Field> {
    const product = await buildProduct();
    const plane = await startControlPlane({ log });
    const { kubeconfig } = await installOperator(plane);
    const field = new Field(plane, kubeconfig, product);
    await field.observatory.open();
    await field.admin.post(paths.sources, source(newLogin()));
    return field;
  }

  /** A file for the log of the operator's next run. */
  newOperatorLog(): string {
    this.#runs += 1;
    return join(this.plane.dataDir, 'logs', `operator-${this.#runs}.log`);
  }

  /** Makes namespaces until there are so many; resolves when each has its ServiceAccount. */
  async grow(size: number): Promise<void> {
    const names = Array.from(
      { length: size - this.namespaces.length },
      (_, index) => `${PREFIX}${index + this.namespaces.length}`,
    );
    await this.admin.forEach(names, (name) => this.admin.post(paths.namespaces, namespace(name)));
    this.namespaces.push(...names);
    const all = this.observatory.accounts.whenCount(size, (mark, where) => mark !== undefined && this.holds(where));
    await this.observatory.within(SLOW_SECONDS, `${size} ServiceAccounts`, all);
  }

  /** Makes Secrets that are none of the operator's business, in the first namespaces. */
  async addBystanders(count: number): Promise<void> {
    const numbers = Array.from({ length: count }, (_, index) => index);
    const homes = this.namespaces.slice(0, BYSTANDER_SPREAD);
    await this.admin.forEach(numbers, (number) =>
      this.admin.post(paths.secrets(homes[number % homes.length] ?? ''), bystander(`bystander-${number}`)),
    );
  }

  holds(name: string): boolean {
    return name.startsWith(PREFIX);
  }

  /** Deletes namespaces again, and waits until they are gone. */
  async drop(names: readonly string[]): Promise<void> {
    await this.admin.forEach(names, (name) => this.admin.delete(paths.namespace(name)));
    const gone = new Set(names);
    await until(
      async () => {
        const { items } = await this.observatory.api.list(NAMESPACES, {});
        return items.some(({ metadata }) => gone.has(metadata.name)) ? undefined : true;
      },
      { what: 'namespaces gone', within: SLOW_SECONDS * 1000, every: 250 },
    );
  }

  async close(): Promise<void> {
    await this.observatory.close();
    await Promise.all([this.admin.close(), this.asOperator.close()]);
    await this.plane.stop();
  }
}

/** The user as which the operator's requests appear in the audit log. */
export const OPERATOR_USER = `system:serviceaccount:${OPERATOR_NAME}:${OPERATOR_NAME}`;
