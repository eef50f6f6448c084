import type { KubeObject, ObjectMeta, Secret, ServiceAccount } from '../../src/api/objects.ts';
import type { RegistryCredentialPolicy } from '../../src/api/policy.ts';
import type { ApiClient } from '../../src/kube/client.ts';
import { isApiError } from '../../src/kube/errors.ts';
import { NAMESPACES, POLICIES, type Resource, SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { policyObject, secretObject } from '../integration/objects.ts';
import { orAbsent } from '../integration/scene.ts';
import { until } from '../cluster/wait.ts';
import { CONTRIBUTORS, isTarget, LABEL, LABEL_VALUE, readAccount, readSecret, RECORD } from './read.ts';
import { OTHER_FIELDS } from './namespace-operations.ts';
import { foreignSecret, STRAY } from './secret-operations.ts';
import { sourceObject } from './source-object.ts';
import { isOurs, type Labels, type Namespace, put, type Source, type Spec } from './world.ts';

const OPERATOR_NAMESPACE = 'registry-credential-operator';
const GONE_WITHIN = 60_000;

export type Spoil = 'delete' | 'edit' | 'label' | 'immutable' | 'unlabel';

/** What the tests do to the cluster, as its administrator, and how they read it. */
export class Cluster {
  readonly api: ApiClient;
  readonly #prefix: string;
  /** Foreign Secrets, by namespace and name: resourceVersion as they were left by their owner. */
  readonly #foreign = new Map<string, string>();

  constructor(api: ApiClient, prefix: string) {
    this.api = api;
    this.#prefix = prefix;
  }

  createPolicy(name: string, spec: Spec): Promise<unknown> {
    return this.api.create(POLICIES, {}, policyObject(name, spec));
  }

  deletePolicy(name: string): Promise<unknown> {
    return this.api.delete(POLICIES, { name });
  }

  /** By force: for the end, where the operator could not. */
  forgetPolicy(name: string): Promise<unknown> {
    return orAbsent(this.api.patch(POLICIES, { name }, { metadata: { finalizers: null } }, 'merge'));
  }

  /** A JSON patch, because a merge would keep keys of maps that are to go. */
  replaceSpec(name: string, spec: Spec): Promise<unknown> {
    return this.api.patch(POLICIES, { name }, [{ op: 'replace', path: '/spec', value: spec }], 'json');
  }

  async policies(): Promise<readonly RegistryCredentialPolicy[]> {
    const { items } = await this.api.list(POLICIES, {});
    return items.filter(({ metadata }) => metadata.name.startsWith(`${this.#prefix}-`));
  }

  /** @param anew deletes it first, because its type may change */
  async setSource(name: string, source: Source | undefined, anew: boolean): Promise<void> {
    const ref = { namespace: OPERATOR_NAMESPACE, name };
    if (anew) await orAbsent(this.api.delete(SECRETS, ref));
    if (source === undefined) return;
    const object = secretObject(ref, sourceObject(source));
    if (anew) await this.api.create(SECRETS, { namespace: OPERATOR_NAMESPACE }, object);
    else await this.api.update(SECRETS, ref, object);
  }

  /** With a Secret of another name in it, and its ServiceAccount `default` there. */
  async createNamespace(name: string, labels: Labels): Promise<void> {
    await this.api.create(NAMESPACES, {}, { metadata: { name, labels } });
    await until(() => this.#account(name, 'default'), { what: `ServiceAccount ${name}/default`, within: GONE_WITHIN });
    const bystander = await this.api.create(
      SECRETS,
      { namespace: name },
      secretObject({ name: 'bystander' }, { data: {} }),
    );
    this.#own(name, bystander);
  }

  /** Does not wait until it is gone: a terminating namespace is no target. */
  async deleteNamespace(name: string): Promise<void> {
    await this.api.delete(NAMESPACES, { name });
    for (const key of this.#foreign.keys()) if (key.startsWith(`${name}/`)) this.#foreign.delete(key);
  }

  labelNamespace(name: string, labels: Labels): Promise<unknown> {
    return this.#edit(NAMESPACES, { name }, (object) => {
      const own = Object.entries(object.metadata.labels ?? {}).filter(([key]) => key.startsWith('kubernetes.io/'));
      return { ...object, metadata: { ...object.metadata, labels: { ...Object.fromEntries(own), ...labels } } };
    });
  }

  createAccount(namespace: string, name: string, labels: Labels): Promise<unknown> {
    const { metadata, ...others } = OTHER_FIELDS;
    return this.api.create(SERVICE_ACCOUNTS, { namespace }, { ...others, metadata: { ...metadata, name, labels } });
  }

  async deleteAccount(namespace: string, name: string): Promise<void> {
    const uid = (await this.#account(namespace, name))?.metadata.uid;
    await this.api.delete(SERVICE_ACCOUNTS, { namespace, name });
    if (name !== 'default') return;
    const anew = async (): Promise<true | undefined> => {
      const found = (await this.#account(namespace, name))?.metadata.uid;
      return found !== undefined && found !== uid ? true : undefined;
    };
    await until(anew, { what: `ServiceAccount ${namespace}/default again`, within: GONE_WITHIN });
  }

  labelAccount(namespace: string, name: string, labels: Labels): Promise<unknown> {
    return this.#editAccount(namespace, name, (object) => ({ ...object, metadata: { ...object.metadata, labels } }));
  }

  addEntry(namespace: string, name: string, entry: string, inFront: boolean): Promise<unknown> {
    return this.#editAccount(namespace, name, (object) => {
      const before = object.imagePullSecrets ?? [];
      if (before.some((candidate) => candidate.name === entry)) return undefined;
      return { ...object, imagePullSecrets: inFront ? [{ name: entry }, ...before] : [...before, { name: entry }] };
    });
  }

  removeEntry(namespace: string, name: string, entry: string): Promise<unknown> {
    return this.#editAccount(namespace, name, (object) => ({
      ...object,
      imagePullSecrets: (object.imagePullSecrets ?? []).filter((candidate) => candidate.name !== entry),
    }));
  }

  dropRecord(namespace: string, name: string): Promise<unknown> {
    return this.#editAccount(namespace, name, (object) => {
      const annotations = put(object.metadata.annotations ?? {}, RECORD, undefined);
      return { ...object, metadata: { ...object.metadata, annotations } };
    });
  }

  async createForeign(namespace: string, name: string, what: string, labelled: boolean): Promise<void> {
    const { type, immutable, content } = foreignSecret(what);
    const data = typeof content === 'string' ? { key: base64('value') } : config(content);
    const metadata = { name, ...(labelled && { labels: { [LABEL]: LABEL_VALUE } }) };
    try {
      const object = secretObject(metadata, { type, immutable, data });
      this.#own(namespace, await this.api.create(SECRETS, { namespace }, object));
    } catch (error) {
      if (!isApiError(error, 'already-exists')) throw error;
    }
  }

  /** Does something to a Secret if it is of the kind said; else nothing. What another writer did meanwhile is looked at again. */
  async changeSecret(
    namespace: string,
    name: string,
    when: 'if it is ours' | 'if it is foreign',
    how: Spoil,
  ): Promise<void> {
    const wanted = (found: Secret): boolean => {
      const { retained } = readSecret(found);
      return isOurs(readSecret(found)) ? when === 'if it is ours' : when === 'if it is foreign' && !retained;
    };
    if (how === 'delete') return this.#deleteSecret(namespace, name, wanted);
    const after = await this.#edit(SECRETS, { namespace, name }, (found) =>
      wanted(found) ? spoiled(found, how) : undefined,
    );
    if (how === 'unlabel' && after !== undefined) this.#own(namespace, after);
  }

  /** The namespaces of the tests that are not terminating. */
  async read(): Promise<Map<string, Namespace>> {
    const { items } = await this.api.list(NAMESPACES, {});
    const mine = items.filter(
      ({ metadata }) => metadata.name.startsWith(`${this.#prefix}-n`) && metadata.deletionTimestamp === undefined,
    );
    const read = mine.map(async ({ metadata }) => [metadata.name, await this.#readNamespace(metadata)] as const);
    return new Map(await Promise.all(read));
  }

  async #readNamespace({ name: namespace, labels = {} }: ObjectMeta): Promise<Namespace> {
    const [secrets, accounts] = await Promise.all([
      this.api.list(SECRETS, { namespace }),
      this.api.list(SERVICE_ACCOUNTS, { namespace }),
    ]);
    for (const secret of secrets.items) this.#checkForeign(namespace, secret);
    const targets = secrets.items.filter(({ metadata }) => isTarget(metadata.name));
    return {
      labels: Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('kubernetes.io/'))),
      secrets: Object.fromEntries(targets.map((secret) => [secret.metadata.name, readSecret(secret)])),
      accounts: Object.fromEntries(accounts.items.map((account) => [account.metadata.name, readAccount(account)])),
    };
  }

  /** @throws Error where a Secret that is still somebody's was written by another than its owner */
  #checkForeign(namespace: string, secret: Secret): void {
    const key = `${namespace}/${secret.metadata.name}`;
    const left = this.#foreign.get(key);
    if (left === undefined || left === secret.metadata.resourceVersion) return;
    if (!isOurs(readSecret(secret)) && !readSecret(secret).retained)
      throw new Error(`foreign Secret ${key} was changed`);
    // Adopted.
    this.#foreign.delete(key);
  }

  #own(namespace: string, { metadata }: KubeObject): void {
    this.#foreign.set(`${namespace}/${metadata.name}`, metadata.resourceVersion ?? '');
  }

  #account(namespace: string, name: string): Promise<ServiceAccount | undefined> {
    return orAbsent(this.api.get(SERVICE_ACCOUNTS, { namespace, name }));
  }

  #editAccount(
    namespace: string,
    name: string,
    how: (found: ServiceAccount) => ServiceAccount | undefined,
  ): Promise<unknown> {
    return this.#edit(SERVICE_ACCOUNTS, { namespace, name }, how);
  }

  /** Reads, changes and writes one object until nobody else was quicker; undefined where there is nothing to change. */
  async #edit<T extends KubeObject>(
    resource: Resource<T>,
    ref: { namespace?: string; name: string },
    how: (found: T) => T | undefined,
  ) {
    for (;;) {
      const found = await orAbsent(this.api.get(resource, ref));
      const changed = found === undefined ? undefined : how(found);
      if (changed === undefined) return undefined;
      try {
        return await orAbsent(this.api.update(resource, ref, changed));
      } catch (error) {
        if (!isApiError(error, 'conflict')) throw error;
      }
    }
  }

  async #deleteSecret(namespace: string, name: string, wanted: (found: Secret) => boolean): Promise<void> {
    for (;;) {
      const found = await orAbsent(this.api.get(SECRETS, { namespace, name }));
      if (found === undefined || !wanted(found)) return;
      this.#checkForeign(namespace, found);
      const { uid = '', resourceVersion = '' } = found.metadata;
      try {
        await orAbsent(this.api.delete(SECRETS, { namespace, name }, { uid, resourceVersion }));
        this.#foreign.delete(`${namespace}/${name}`);
        return;
      } catch (error) {
        if (!isApiError(error, 'conflict')) throw error;
      }
    }
  }
}

function spoiled(found: Secret, how: Exclude<Spoil, 'delete'>): Secret | undefined {
  const { metadata } = found;
  const labels = put(metadata.labels ?? {}, LABEL, undefined);
  switch (how) {
    case 'edit':
      return found.immutable === true ? undefined : { ...found, data: config(STRAY) };
    case 'label':
      return { ...found, metadata: { ...metadata, labels: { ...metadata.labels, 'others-label': 'x' } } };
    case 'immutable':
      return { ...found, immutable: true };
    case 'unlabel':
      return CONTRIBUTORS in (metadata.annotations ?? {}) ? { ...found, metadata: { ...metadata, labels } } : undefined;
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const config = (auths: object): Record<string, string> => ({ '.dockerconfigjson': base64(JSON.stringify({ auths })) });
