/**
 * What the model knows: the inputs of the operator, and of each namespace as much as the specification speaks of. Plain data.
 *
 * Written from design.md and docs/policy.md alone. Where these leave freedom, the model allows every answer:
 * - The operator may act between any two operations, or not, or half-way, and may be behind with the last change of a policy or a source:
 *   a namespace is a list of possible states until it is read again (possible.ts).
 * - A recorded entry whose Secret turned foreign may stay or go (`maybe`), and so may one that only an observing policy asked for.
 * - What is left of contributors who have nothing to give (converge.ts, `withoutContent`), and whether a conflict counts for them.
 * - Whether a policy is shadowed where a conflict keeps both entries out. How many namespaces a frozen policy has in sync.
 * - Which of the labels that policies asked for stay on a retained copy.
 * Not compared: `status.plan`, `status.credentials`, Events, metrics.
 * Avoided by the operations: more than three repairs of one thing (the fifth within ten minutes could be held as `Contended`), sources in
 * matched namespaces, owner references, finalizers of others, equal registries within one source, quotas and other refusals.
 */

export type Labels = Readonly<Record<string, string>>;

export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' }[];
}

/** As in the resource. */
export interface Spec {
  readonly credentials: readonly { readonly secretRef: { readonly name: string }; readonly registry?: string }[];
  readonly secret: { readonly name: string; readonly labels?: Labels; readonly annotations?: Labels };
  readonly namespaces: {
    readonly include: readonly string[];
    readonly exclude?: readonly string[];
    readonly selector?: Selector;
  };
  readonly serviceAccounts: { readonly names?: readonly string[]; readonly selector?: Selector };
  readonly conflictPolicy: 'Fail' | 'Adopt';
  readonly deletionPolicy: 'Delete' | 'Retain';
  readonly mode: 'Enforce' | 'Observe';
}

/** Names are given in the order of creation, so that their order is that of age. */
export interface Policy {
  readonly name: string;
  readonly spec: Spec;
  readonly deleting: boolean;
}

export type Entry = Readonly<Record<string, unknown>>;
export type Auths = Readonly<Record<string, Entry>>;

/** What a source Secret holds. */
export type Source =
  | { readonly kind: 'dockerconfigjson' | 'dockercfg'; readonly auths: Auths }
  | { readonly kind: 'basic-auth'; readonly username: string; readonly password: string }
  | { readonly kind: 'broken'; readonly how: Breakage };

export const BREAKAGES = ['not an entry', 'no auths', 'entry without login', 'wrong type', 'no such key'] as const;
export type Breakage = (typeof BREAKAGES)[number];

/** A Secret in a target namespace. */
export interface Sec {
  readonly type: string;
  readonly immutable: boolean;
  /** The registries and their entries where the data is a docker config; else the data as text. */
  readonly content: Auths | string;
  /** Half of the marker. */
  readonly labelled: boolean;
  /** The other half: from policy to the registry keys that it feeds. */
  readonly feeds?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly retained: boolean;
  /** Labels and annotations but for the operator's own. */
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Those of them that `spec.secret` asked for. */
  readonly askedLabels: readonly string[];
  readonly askedAnnotations: readonly string[];
}

export interface PullEntry {
  readonly name: string;
  readonly owner: 'ours' | 'theirs' | 'retained';
  /** It may as well be absent. */
  readonly maybe?: true;
}

export interface Account {
  readonly labels: Labels;
  readonly entries: readonly PullEntry[];
  /** Names that a record holds without an entry: whoever adds such an entry gives it to the operator. Known right after a comparison. */
  readonly ghosts?: Readonly<Record<string, 'ours' | 'retained'>>;
  /** What nobody but its owner may change, as JSON. */
  readonly rest: string;
}

export interface Namespace {
  readonly labels: Labels;
  readonly secrets: Readonly<Record<string, Sec>>;
  readonly accounts: Readonly<Record<string, Account>>;
}

/** The inputs that only the tests write. */
export interface Inputs {
  readonly policies: readonly Policy[];
  readonly sources: Readonly<Record<string, Source>>;
}

/** Of all Secrets whose names policies may take. */
export const SECRET_NAMES = ['registry-credentials', 'model-alpha', 'model-beta'] as const;

export const isOurs = (secret: Sec | undefined): secret is Sec & { feeds: NonNullable<Sec['feeds']> } =>
  secret?.labelled === true && secret.feeds !== undefined;

/** The same record with one key set to another value, or without it. */
export function put<T>(
  record: Readonly<Record<string, T>>,
  key: string,
  value: T | undefined,
): Readonly<Record<string, T>> {
  const rest = Object.fromEntries(Object.entries(record).filter(([candidate]) => candidate !== key));
  return value === undefined ? rest : { ...rest, [key]: value };
}

/** JSON with sorted keys: equal for equal values. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
