import { type NamespaceName, type SecretName, secretName } from '../../api/keys.ts';
import type { Secret } from '../../api/objects.ts';
import type { ApiClient } from '../../kube/client.ts';
import { isApiError } from '../../kube/errors.ts';
import { SECRETS, SELF_SUBJECT_ACCESS_REVIEWS, SERVICE_ACCOUNTS } from '../../kube/resources.ts';
import type { TrackingStore } from '../../kube/store.ts';
import { DOCKER_CONFIG_JSON_KEY, DOCKER_CONFIG_JSON_TYPE } from '../../names.ts';
import type { ExistingContent } from './desired.ts';
import { readDockerConfig } from '../sources/docker-config.ts';
import { type Attempt, failureOf, held, lostRace, MAX_RACES, oversized } from './failure.ts';
import type { WriteResult } from './outcome.ts';
import { readContributions } from '../ownership.ts';
import type { AccountPlan } from './plan-account.ts';
import type { CopyBody, CopyStep } from './plan-copy.ts';
import { type AccountEntry, type CopyEntry, slimAccount, slimCopy } from '../slim.ts';

export type WriteOperation = 'create' | 'update' | 'adopt' | 'replace' | 'delete' | 'release' | 'patch';

export interface WriteObserver {
  secretWrite(operation: WriteOperation, result: 'success' | 'error'): void;
  serviceAccountWrite(operation: WriteOperation, result: 'success' | 'error'): void;
}

export interface WriterOptions {
  /** Gated: refuses writes when this process does not lead. */
  readonly client: ApiClient;
  readonly copies: (name: SecretName) => TrackingStore<CopyEntry> | undefined;
  readonly accounts: TrackingStore<AccountEntry>;
  readonly observer: WriteObserver;
}

export interface AccountResult {
  readonly result: WriteResult;
  /** The account as it is now, as far as is known. */
  readonly account: AccountEntry;
}

/**
 * Sends the writes of flow A, each with a precondition, and tells the caches what came of them.
 * Every method throws only ApiErrors of kind `fenced` and `aborted`; all else is a WriteResult.
 */
export class Writer {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Reads what lies in a copy now; undefined where it is gone. */
  async readContent(namespace: NamespaceName, name: SecretName): Promise<ExistingContent | undefined | WriteResult> {
    try {
      const secret = await this.#options.client.get(SECRETS, { namespace, name });
      return { contributions: readContributions(secret.metadata) ?? new Map(), entries: readDockerConfig(secret) };
    } catch (error) {
      if (isApiError(error, 'not-found')) return undefined;
      return this.#failure(error, { verb: 'get', resource: 'secrets', namespace, name });
    }
  }

  /** Carries out one step on one copy. */
  async applyCopy(namespace: NamespaceName, name: SecretName, step: CopyStep): Promise<WriteResult> {
    switch (step.kind) {
      case 'none':
        return { kind: 'unchanged' };
      case 'obstacle':
        return step.failure;
      case 'create':
        return this.#create(namespace, name, step.body, 'create');
      case 'update':
      case 'adopt':
      case 'release':
        return this.#patchCopy(namespace, name, step.kind, step.patch);
      case 'delete':
        return this.#delete(namespace, name, step.found, 'delete');
      case 'replace': {
        const deleted = await this.#delete(namespace, name, step.found, 'replace');
        return deleted.kind === 'written' ? this.#create(namespace, name, step.body, 'replace') : deleted;
      }
    }
  }

  /**
   * Changes one ServiceAccount; a lost race is planned again from the live object.
   * @param plan what to change, given the account as it is at that moment
   */
  async applyAccount(
    cached: AccountEntry,
    plan: (account: AccountEntry) => AccountPlan | undefined,
  ): Promise<AccountResult> {
    let account = cached;
    const attempt: Attempt = {
      verb: 'patch',
      resource: 'serviceaccounts',
      namespace: account.namespace,
      name: account.name,
    };
    for (let race = 0; race < MAX_RACES; race++) {
      if (account.isOversized) return { result: oversized(account.name), account };
      const planned = plan(account);
      if (planned === undefined) return { result: { kind: 'unchanged' }, account };
      const result = await this.#patchAccount(account, planned, attempt);
      if ('account' in result) return { result: { kind: 'written' }, account: result.account };
      if (result.kind !== 'stale') return { result, account };
      const live = await this.#readAccount(account, attempt);
      if (!('uid' in live)) return { result: live, account };
      account = live;
    }
    return { result: lostRace(`patch serviceaccounts/${account.name}`), account };
  }

  async #create(
    namespace: NamespaceName,
    name: SecretName,
    body: CopyBody,
    operation: WriteOperation,
  ): Promise<WriteResult> {
    const secret: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, labels: body.labels, annotations: body.annotations },
      type: DOCKER_CONFIG_JSON_TYPE,
      data: { [DOCKER_CONFIG_JSON_KEY]: body.content },
    };
    return this.#writeCopy({ verb: 'create', resource: 'secrets', namespace, name }, operation, (client) =>
      client.create(SECRETS, { namespace }, secret),
    );
  }

  async #patchCopy(
    namespace: NamespaceName,
    name: SecretName,
    operation: WriteOperation,
    patch: object,
  ): Promise<WriteResult> {
    return this.#writeCopy({ verb: 'patch', resource: 'secrets', namespace, name }, operation, (client) =>
      client.patch(SECRETS, { namespace, name }, patch, 'merge'),
    );
  }

  async #delete(
    namespace: NamespaceName,
    name: SecretName,
    { uid, resourceVersion }: CopyEntry,
    operation: WriteOperation,
  ): Promise<WriteResult> {
    return this.#writeCopy({ verb: 'delete', resource: 'secrets', namespace, name }, operation, async (client) => {
      const answer = await client.delete(SECRETS, { namespace, name }, { uid, resourceVersion });
      return answer?.metadata.deletionTimestamp === undefined ? undefined : answer;
    });
  }

  /** @param send resolves with the Secret as it is after the write, or with undefined where it is gone */
  async #writeCopy(
    attempt: Attempt,
    operation: WriteOperation,
    send: (client: ApiClient) => Promise<Secret | undefined>,
  ): Promise<WriteResult> {
    const { client, copies, observer } = this.#options;
    const tracked = copies(secretName(attempt.name))?.track(attempt.name, attempt.namespace);
    try {
      const secret = await send(client);
      if (secret === undefined) tracked?.removed();
      else tracked?.learned(slimCopy(secret));
      observer.secretWrite(operation, 'success');
      return attempt.verb === 'delete' && secret !== undefined ? held(attempt.name) : { kind: 'written' };
    } catch (error) {
      observer.secretWrite(operation, 'error');
      return await this.#failure(error, attempt);
    } finally {
      tracked?.done();
    }
  }

  async #patchAccount(
    account: AccountEntry,
    planned: AccountPlan,
    attempt: Attempt,
  ): Promise<WriteResult | { account: AccountEntry }> {
    const { client, accounts, observer } = this.#options;
    const tracked = accounts.track(account.name, account.namespace);
    try {
      const patched = slimAccount(
        await client.patch(
          SERVICE_ACCOUNTS,
          { namespace: account.namespace, name: account.name },
          planned.patch,
          'merge',
        ),
      );
      tracked.learned(patched);
      observer.serviceAccountWrite('patch', 'success');
      return { account: patched };
    } catch (error) {
      observer.serviceAccountWrite('patch', 'error');
      return await this.#failure(error, attempt);
    } finally {
      tracked.done();
    }
  }

  async #readAccount({ namespace, name }: AccountEntry, attempt: Attempt): Promise<AccountEntry | WriteResult> {
    try {
      return slimAccount(await this.#options.client.get(SERVICE_ACCOUNTS, { namespace, name }));
    } catch (error) {
      return isApiError(error, 'not-found') ? { kind: 'gone' } : this.#failure(error, { ...attempt, verb: 'get' });
    }
  }

  async #failure(error: unknown, attempt: Attempt): Promise<WriteResult> {
    if (!isApiError(error)) throw error;
    const allowed = error.kind === 'forbidden' && (await this.#isAllowed(attempt));
    return failureOf(error, attempt, allowed);
  }

  /** Whether RBAC allows it; where that cannot be asked, the refusal is taken at its word. */
  async #isAllowed({ verb, resource, namespace, name }: Attempt): Promise<boolean> {
    const resourceAttributes = { verb, resource, namespace, ...(verb !== 'create' && { name }) };
    try {
      const review = await this.#options.client.create(
        SELF_SUBJECT_ACCESS_REVIEWS,
        {},
        { spec: { resourceAttributes } },
      );
      return review.status?.allowed === true;
    } catch (error) {
      if (isApiError(error) && !isApiError(error, 'fenced', 'aborted')) return false;
      throw error;
    }
  }
}
