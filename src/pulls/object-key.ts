/** `namespace/name`. */
export type ObjectKey = `${string}/${string}`;

export const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): ObjectKey =>
  `${namespace}/${name}`;

export function partsOf(key: ObjectKey): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
