/** Branded strings: a namespace's name is no policy's name, and the compiler knows. */
declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

export type NamespaceName = Brand<'Namespace'>;
export type PolicyName = Brand<'Policy'>;
/** Name of a Secret in target namespaces. */
export type SecretName = Brand<'Secret'>;
/** `namespace/name` of a source Secret. */
export type SourceKey = Brand<'Source'>;

export const namespaceName = (name: string): NamespaceName => name as NamespaceName;
export const policyName = (name: string): PolicyName => name as PolicyName;
export const secretName = (name: string): SecretName => name as SecretName;
export const sourceKey = (namespace: string, name: string): SourceKey => `${namespace}/${name}` as SourceKey;
