import type { RegistryCredentialPolicySpec } from '../../src/api/generated.ts';
import { policyName, secretName, sourceKey } from '../../src/api/keys.ts';
import type { Secret } from '../../src/api/objects.ts';
import type { Policy } from '../../src/api/policy.ts';
import type { Contributor, Role } from '../../src/credentials/namespace/desired.ts';
import { renderDockerConfig } from '../../src/credentials/sources/docker-config.ts';
import { normaliseKey } from '../../src/registry/key.ts';
import type { Resolution, ResolvedEntry, SourceFault } from '../../src/credentials/sources/resolve.ts';
import type { Situation } from '../../src/credentials/namespace/situation.ts';
import { type AccountEntry, type CopyEntry, hashContent, type NamespaceEntry } from '../../src/credentials/slim.ts';
import {
  CLEANUP_FINALIZER,
  CONTRIBUTORS_ANNOTATION,
  DOCKER_CONFIG_JSON_KEY,
  DOCKER_CONFIG_JSON_TYPE,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
} from '../../src/names.ts';

/** Objects as the caches hold them, in order and with every default, but for what a test is about. */

type PolicyParts = Partial<Omit<Policy, 'name' | 'spec'>> & { readonly spec?: Partial<RegistryCredentialPolicySpec> };

const SPEC: RegistryCredentialPolicySpec = {
  credentials: [{ secretRef: { name: 'docker-hub' } }],
  secret: { name: 'copy' },
  serviceAccounts: { names: ['default'] },
  conflictPolicy: 'Fail',
  deletionPolicy: 'Delete',
  mode: 'Enforce',
  rateLimit: { window: '15m', threshold: 1 },
};

/** A registered policy: with its finalizer, and its Secret name in its status. */
export function policy(name: string, { spec, ...parts }: PolicyParts = {}): Policy {
  const whole = { ...SPEC, ...spec };
  return {
    name: policyName(name),
    uid: `uid-of-${name}`,
    resourceVersion: '1',
    generation: 1,
    created: '2026-01-01T00:00:00Z',
    deleting: false,
    finalizers: [CLEANUP_FINALIZER],
    status: { secretNames: [whole.secret.name] },
    ...parts,
    spec: whole,
  };
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** @param login `user:password` */
export function entry(key: string, login = 'user:password'): ResolvedEntry {
  const source = sourceKey('rco', 'docker-hub');
  const fields = { auth: base64(login) };
  return { key, fields, registry: normaliseKey(key), source, sourceResourceVersion: '7' };
}

export function resolution(entries: readonly ResolvedEntry[], parts: Partial<Resolution> = {}): Resolution {
  const fingerprint = JSON.stringify(entries);
  return { entries, faults: [], pending: false, duplicates: [], deadKeys: [], fingerprint, ...parts };
}

export const fault: SourceFault = {
  source: sourceKey('rco', 'docker-hub'),
  reason: 'SecretNotFound',
  message: 'Secret rco/docker-hub does not exist',
};

/** @param keys each gets a login that names the policy */
export function contributor(who: Policy, keys: readonly string[], role: Role = 'live'): Contributor {
  const entries = keys.map((key) => entry(key, `${who.name}:secret`));
  return { policy: who, role, resolution: resolution(entries, role === 'frozen' ? { faults: [fault] } : {}) };
}

/** A Secret of another type, or of none, is one too. */
export const secret = (
  type: string | undefined,
  data: Readonly<Record<string, string>>,
  name = 'docker-hub',
): Secret => ({
  metadata: { name, namespace: 'rco', resourceVersion: '7' },
  ...(type !== undefined && { type }),
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
});

export const dockerSecret = (auths: unknown): Secret =>
  secret(DOCKER_CONFIG_JSON_TYPE, { [DOCKER_CONFIG_JSON_KEY]: JSON.stringify({ auths }) });

export const namespace = (name: string, parts: Partial<NamespaceEntry> = {}): NamespaceEntry => ({
  name,
  uid: `uid-of-${name}`,
  resourceVersion: '1',
  labels: {},
  terminating: false,
  ...parts,
});

export const account = (name: string, parts: Partial<AccountEntry> = {}): AccountEntry => ({
  name,
  namespace: 'team',
  uid: `uid-of-${name}`,
  resourceVersion: '1',
  labels: {},
  pullSecrets: [],
  recorded: [],
  retained: [],
  isOversized: false,
  ...parts,
});

/** A foreign Secret of a copy's name. */
export const foreignCopy = (parts: Partial<CopyEntry> = {}): CopyEntry => ({
  name: secretName('copy'),
  namespace: 'team',
  uid: 'uid-of-copy',
  resourceVersion: '1',
  type: DOCKER_CONFIG_JSON_TYPE,
  immutable: false,
  labels: {},
  annotations: {},
  dataKeys: [DOCKER_CONFIG_JSON_KEY],
  contentHash: 'of something else',
  terminating: false,
  ...parts,
});

/** Both halves of the marker. @param contributions keys by policy */
export const marker = (contributions: Readonly<Record<string, readonly string[]>>) => ({
  labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE },
  annotations: { [CONTRIBUTORS_ANNOTATION]: JSON.stringify(contributions) },
});

export const ownCopy = (
  contributions: Readonly<Record<string, readonly string[]>>,
  parts: Partial<CopyEntry> = {},
): CopyEntry => foreignCopy({ ...marker(contributions), ...parts });

/** The hash of a copy with these entries. */
export const hashOf = (entries: readonly ResolvedEntry[]): string => hashContent(base64(renderDockerConfig(entries)));

/** A Secret name of which nothing is known in a namespace, and which nobody wants. */
export const situation = (parts: Partial<Situation> = {}): Situation => ({
  name: secretName('copy'),
  known: true,
  found: undefined,
  ownership: 'absent',
  ownershipIfKnown: 'absent',
  open: true,
  out: false,
  contributors: [],
  lingering: [],
  leavers: [],
  orphaned: false,
  ...parts,
});
