import type { KubeObject, Secret, ServiceAccount } from '../src/api/objects.ts';
import { ApiClient, type WatchEvent } from '../src/kube/client.ts';
import { loadKubeConfig } from '../src/kube/kubeconfig.ts';
import { type Resource, SECRETS, SERVICE_ACCOUNTS } from '../src/kube/resources.ts';
import { DOCKER_CONFIG_JSON_KEY } from '../src/names.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { COPY } from './names.ts';
import { Tracker } from './tracker.ts';

/** A watch that ends earlier is opened again where it ended. */
const WATCH_SECONDS = 3600;

export const WITH_ENTRY = 'with entry';
const WITHOUT_ENTRY = 'without entry';

/**
 * Watches default ServiceAccounts and copies on its own, as administrator: limit and operator are both measured by what it sees, so that its
 * cost is in both.
 */
export class Observatory {
  /** `WITH_ENTRY`, or another mark where there is a ServiceAccount without. */
  readonly accounts = new Tracker();
  /** The copy's content, base64. */
  readonly copies = new Tracker();
  readonly api: ApiClient;
  readonly #closed = new AbortController();
  readonly #broken = Promise.withResolvers<never>();

  constructor(kubeconfig: string) {
    this.api = new ApiClient({
      kubeConfig: loadKubeConfig(kubeconfig),
      userAgent: 'bench-observatory',
      clock: systemClock,
    });
    this.#broken.promise.catch(() => undefined);
  }

  /** Resolves when both watches stand. */
  async open(): Promise<void> {
    await Promise.all([
      this.#follow(SERVICE_ACCOUNTS, 'default', this.accounts, markOfAccount),
      this.#follow(SECRETS, COPY, this.copies, markOfCopy),
    ]);
  }

  /**
   * Awaits something that is seen here.
   * @throws Error when it does not come within `seconds`, or when a watch fails
   */
  async within<T>(seconds: number, what: string, seen: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`${what}: not within ${seconds} s`));
    }, seconds * 1000);
    try {
      return await Promise.race([seen, late.promise, this.#broken.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.api.close();
  }

  /** Resolves when the watch stands. */
  async #follow<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    tracker: Tracker,
    markOf: (object: T) => string,
  ): Promise<void> {
    const fieldSelector = `metadata.name=${name}`;
    const { metadata, items } = await this.api.list(resource, { fieldSelector });
    for (const item of items) tracker.set(item.metadata.namespace ?? '', markOf(item), performance.now());
    const { promise: open, resolve: onOpen } = Promise.withResolvers<undefined>();
    const watch = async (): Promise<never> => {
      let resourceVersion = metadata.resourceVersion ?? '';
      for (;;) {
        const query = { fieldSelector, resourceVersion, timeoutSeconds: WATCH_SECONDS };
        const opened = (): void => {
          onOpen(undefined);
        };
        for await (const event of this.api.watch(resource, query, this.#closed.signal, { onOpen: opened })) {
          resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
          record(event, tracker, markOf);
        }
      }
    };
    watch().catch((error: unknown) => {
      if (!this.#closed.signal.aborted) this.#broken.reject(new Error('a watch failed', { cause: error }));
    });
    await Promise.race([open, this.#broken.promise]);
  }
}

function record<T extends KubeObject>(
  { type, object }: WatchEvent<T>,
  tracker: Tracker,
  markOf: (object: T) => string,
): void {
  if (type === 'BOOKMARK') return;
  tracker.set(object.metadata.namespace ?? '', type === 'DELETED' ? undefined : markOf(object), performance.now());
}

const markOfAccount = ({ imagePullSecrets = [] }: ServiceAccount): string =>
  imagePullSecrets.some(({ name }) => name === COPY) ? WITH_ENTRY : WITHOUT_ENTRY;

const markOfCopy = ({ data }: Secret): string => data?.[DOCKER_CONFIG_JSON_KEY] ?? '';
