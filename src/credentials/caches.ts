import {
  namespaceName,
  type NamespaceName,
  policyName,
  type PolicyName,
  type SecretName,
  secretName,
  type SourceKey,
  sourceKey,
} from '../api/keys.ts';
import type { KubeObject, Namespace, Secret, ServiceAccount } from '../api/objects.ts';
import { type Policy, type RegistryCredentialPolicy, secretNamesOf, sourcesOf, toPolicy } from '../api/policy.ts';
import { Reflector, type ReflectorOptions } from '../kube/reflector.ts';
import { ReflectorSet } from '../kube/reflector-set.ts';
import { NAMESPACES, POLICIES, SECRETS, SERVICE_ACCOUNTS } from '../kube/resources.ts';
import type { Change, Stored } from '../kube/store.ts';
import { sleep } from '../runtime/clock.ts';
import { hasMarker } from './ownership.ts';
import { forbiddenSource, type Resolution, resolve, type SourceState } from './sources/resolve.ts';
import { type Sensitive, sensitiveValues } from './sources/sensitive.ts';
import type { Caches } from './namespace/situation.ts';
import {
  type AccountEntry,
  type CopyEntry,
  type NamespaceEntry,
  slimAccount,
  slimCopy,
  slimNamespace,
  slimSource,
  type SourceEntry,
} from './slim.ts';

/** Watched even when no policy names it: copies that a deleted CRD left behind show up as orphans. */
const DEFAULT_SECRET_NAME = secretName('registry-credentials');

/** One may be a megabyte, and anybody with the `edit` role can make hundreds. They are small otherwise, and pages cost a request each. */
const ACCOUNTS_PAGE = 250;

/** How often `settled` looks. */
const SETTLE_STEP_MS = 20;

/** Everything of a reflector but what it covers; `main` fills it in. */
export type ReflectorBase = Omit<ReflectorOptions<KubeObject, Stored>, 'resource' | 'selector' | 'slim' | 'name'> & {
  readonly observerOf: (name: string) => ReflectorOptions<KubeObject, Stored>['observer'];
};

/** What the caches tell; each names only what to look at again. */
export interface CacheListener {
  policy(change: Change<Policy>): void;
  namespace(name: NamespaceName): void;
  /** A namespace, or a ServiceAccount in it, is new. */
  appeared(name: NamespaceName): void;
  /** A namespace is no more. */
  disappeared(name: NamespaceName): void;
  /** Content or state of a source changed, or may have. */
  source(key: SourceKey): void;
  /** A Secret name can be relied on from now on, or cannot any more. */
  secretName(name: SecretName): void;
}

export interface CachesOptions {
  readonly base: ReflectorBase;
  readonly ownNamespace: NamespaceName;
  /** Where sources may lie; holds the operator's own namespace. */
  readonly sourceNamespaces: ReadonlySet<NamespaceName>;
  readonly listener: CacheListener;
  /** A source came in; called before anything else can speak of it. */
  readonly onSourceRead: (sensitive: Sensitive) => void;
}

/**
 * The caches of flow A. Policies, namespaces and ServiceAccounts are watched from the start; Secret names and sources as policies
 * name them (design.md, section 3). Leaders and followers keep them alike.
 */
export class CredentialCaches implements Caches {
  readonly policyReflector: Reflector<RegistryCredentialPolicy, Policy>;
  readonly namespaceReflector: Reflector<Namespace, NamespaceEntry>;
  readonly accountReflector: Reflector<ServiceAccount, AccountEntry>;
  readonly #copies: ReflectorSet<SecretName, Secret, CopyEntry>;
  readonly #sources: ReflectorSet<SourceKey, Secret, SourceEntry>;
  /** Every Secret that a policy names as a source, those that may not be read among them. */
  #named: ReadonlySet<SourceKey> = new Set();
  readonly #resolutions = new Map<PolicyName, { readonly policy: Policy; readonly resolution: Resolution }>();
  readonly #options: CachesOptions;

  constructor(options: CachesOptions) {
    this.#options = options;
    const { base, listener } = options;
    this.policyReflector = new Reflector({ ...settings(base, 'policies'), resource: POLICIES, slim: toPolicy });
    this.namespaceReflector = new Reflector({
      ...settings(base, 'namespaces'),
      resource: NAMESPACES,
      slim: slimNamespace,
    });
    this.accountReflector = new Reflector({
      ...settings(base, 'serviceaccounts'),
      resource: SERVICE_ACCOUNTS,
      slim: slimAccount,
      pageSize: ACCOUNTS_PAGE,
    });
    this.#copies = new ReflectorSet({
      create: (name) => this.#copyReflector(name),
      onChange: (name, change) => {
        if (change.kind === 'synced') listener.secretName(name);
        else
          listener.namespace(namespaceName(change.kind === 'removed' ? change.old.namespace : change.object.namespace));
      },
      onHealth: (name) => {
        listener.secretName(name);
      },
    });
    this.#sources = new ReflectorSet({
      create: (key) => this.#sourceReflector(key),
      onChange: (key) => {
        this.#sourceChanged(key);
      },
      onHealth: (key) => {
        this.#sourceChanged(key);
      },
    });
    this.#subscribe();
  }

  start(): void {
    for (const reflector of this.statics) reflector.start();
  }

  async stop(): Promise<void> {
    await Promise.all([
      ...this.statics.map((reflector) => reflector.stop()),
      this.#copies.stop(),
      this.#sources.stop(),
    ]);
  }

  /** The watches that readiness depends on. */
  get statics() {
    return [this.policyReflector, this.namespaceReflector, this.accountReflector] as const;
  }

  policies(): Iterable<Policy> {
    return this.policyReflector.store.list();
  }

  policy(name: PolicyName): Policy | undefined {
    return this.policyReflector.store.get(name);
  }

  namespaces(): Iterable<NamespaceEntry> {
    return this.namespaceReflector.store.list();
  }

  namespace(name: NamespaceName): NamespaceEntry | undefined {
    return this.namespaceReflector.store.get(name);
  }

  account(namespace: string, name: string): AccountEntry | undefined {
    return this.accountReflector.store.get(name, namespace);
  }

  accounts(namespace: string): Iterable<AccountEntry> {
    return this.accountReflector.store.inNamespace(namespace);
  }

  copy(name: SecretName, namespace: string): CopyEntry | undefined {
    return this.#copies.store(name)?.get(name, namespace);
  }

  /** All Secrets of one name, in all namespaces. */
  copies(name: SecretName): Iterable<CopyEntry> {
    return this.#copies.store(name)?.list() ?? [];
  }

  copyStore(name: SecretName) {
    return this.#copies.store(name);
  }

  watchedNames(): Iterable<SecretName> {
    return this.#copies.keys();
  }

  isWatched(name: SecretName): boolean {
    return this.#copies.isReady(name);
  }

  /** Whether the API server refuses the watch of this Secret name. */
  isForbidden(name: SecretName): boolean {
    return this.#copies.health(name)?.state === 'forbidden';
  }

  /** A source is never a target. A copy of ours that somebody names as a source stays a copy, and is an invalid source. */
  isOut(namespace: string, name: SecretName): boolean {
    if (!this.#named.has(sourceKey(namespace, name))) return false;
    const found = this.copy(name, namespace);
    return found === undefined || !hasMarker(found);
  }

  /**
   * Resolves when every watch that policies ask for has given its first list or failed, at the latest after `ms` milliseconds.
   * To be awaited before the first run: with half of the caches a cluster in order would look like one out of order.
   */
  async settled(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.base;
    const deadline = clock.now() + ms;
    while (!signal.aborted && clock.now() < deadline && !(this.#copies.isSettled && this.#sources.isSettled))
      await sleep(clock, SETTLE_STEP_MS, signal);
  }

  sourceState(key: SourceKey): SourceState {
    const [namespace = '', name = ''] = key.split('/');
    if (!this.#options.sourceNamespaces.has(namespaceName(namespace))) return { kind: 'not-allowed' };
    if (this.#sources.health(key)?.state === 'forbidden')
      return { kind: 'forbidden', message: forbiddenSource(key, namespace) };
    const store = this.#sources.store(key);
    if (store?.synced !== true) return { kind: 'pending' };
    const entry = store.get(name, namespace);
    return entry === undefined ? { kind: 'absent' } : { kind: 'found', secret: entry.secret };
  }

  /** What the policy's sources hold now. Computed once for each version of policy and sources. */
  resolution(policy: Policy): Resolution {
    const known = this.#resolutions.get(policy.name);
    if (known?.policy.uid === policy.uid && known.policy.generation === policy.generation) return known.resolution;
    const resolution = resolve(policy, this.#options.ownNamespace, (key) => this.sourceState(key));
    this.#resolutions.set(policy.name, { policy, resolution });
    return resolution;
  }

  /** The policies that name this Secret as a source. */
  policiesOfSource(key: SourceKey): readonly Policy[] {
    return [...this.policies()].filter((policy) => sourcesOf(policy, this.#options.ownNamespace).includes(key));
  }

  #subscribe(): void {
    const { listener } = this.#options;
    this.policyReflector.store.subscribe((change) => {
      if (change.kind === 'removed') this.#resolutions.delete(policyName(change.old.name));
      if (change.kind !== 'resync') this.#ensureWatches();
      listener.policy(change);
    });
    this.namespaceReflector.store.subscribe((change) => {
      if (change.kind === 'removed') listener.disappeared(namespaceName(change.old.name));
      this.#tellNamespace(change, ({ name }) => name);
    });
    this.accountReflector.store.subscribe((change) => {
      this.#tellNamespace(change, ({ namespace }) => namespace);
    });
  }

  #tellNamespace<T extends Stored>(change: Change<T>, namespaceOf: (object: T) => string): void {
    if (change.kind === 'synced') return;
    const name = namespaceName(namespaceOf(change.kind === 'removed' ? change.old : change.object));
    if (change.kind === 'set' && change.old === undefined) this.#options.listener.appeared(name);
    this.#options.listener.namespace(name);
  }

  /** Only once all policies are known: a name dropped too early would end its watch for nothing. */
  #ensureWatches(): void {
    if (!this.policyReflector.store.synced) return;
    const policies = [...this.policies()];
    const { ownNamespace, sourceNamespaces, listener } = this.#options;
    const names = policies.flatMap((policy) => [...secretNamesOf(policy)]);
    this.#copies.ensure(new Set([DEFAULT_SECRET_NAME, ...names]));
    const named = new Set(policies.flatMap((policy) => sourcesOf(policy, ownNamespace)));
    const changed = named.symmetricDifference(this.#named);
    this.#named = named;
    this.#sources.ensure(new Set([...named].filter((key) => sourceNamespaces.has(namespaceOf(key)))));
    // Other policies may have a copy there, or want one: for them the namespace is out from now on, or no longer.
    for (const key of changed) listener.namespace(namespaceOf(key));
  }

  #sourceChanged(key: SourceKey): void {
    for (const policy of this.policiesOfSource(key)) this.#resolutions.delete(policy.name);
    this.#options.listener.source(key);
  }

  #readSource(raw: Secret): SourceEntry {
    this.#options.onSourceRead(sensitiveValues(raw));
    return slimSource(raw);
  }

  #copyReflector(name: SecretName): Reflector<Secret, CopyEntry> {
    const selector = { fieldSelector: `metadata.name=${name}` };
    return new Reflector({ ...settings(this.#options.base, 'copies'), resource: SECRETS, selector, slim: slimCopy });
  }

  #sourceReflector(key: SourceKey): Reflector<Secret, SourceEntry> {
    const [namespace = '', name = ''] = key.split('/');
    const selector = { namespace, fieldSelector: `metadata.name=${name}` };
    return new Reflector({
      ...settings(this.#options.base, 'sources'),
      resource: SECRETS,
      selector,
      slim: (raw) => this.#readSource(raw),
    });
  }
}

const namespaceOf = (source: SourceKey): NamespaceName => namespaceName(source.slice(0, source.indexOf('/')));

function settings({ observerOf, ...base }: ReflectorBase, name: string) {
  const observer = observerOf(name);
  return { ...base, name, listFromCache: true, ...(observer !== undefined && { observer }) };
}
