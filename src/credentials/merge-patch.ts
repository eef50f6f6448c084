/** JSON as it goes over the wire. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

type JsonObject = Readonly<Record<string, Json>>;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The smallest merge patch (RFC 7386) that turns `from` into `to`; lists are replaced whole.
 * @returns undefined where the two are equal
 */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const changes: [string, Json][] = [];
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [before, after] = [own(from, key), own(to, key)];
    if (after === undefined) {
      if (before !== undefined) changes.push([key, null]);
    } else if (isObject(before) && isObject(after)) {
      const inner = mergePatch(before, after);
      if (inner !== undefined) changes.push([key, inner]);
    } else if (!equal(before, after)) {
      changes.push([key, after]);
    }
  }
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

/** `constructor` is a valid label key, and every object has something under that name. */
const own = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item: Json, index) => equal(item, b[index] as Json | undefined));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}
