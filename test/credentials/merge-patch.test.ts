import { expect } from 'chai';
import fc from 'fast-check';
import { type Json, mergePatch } from '../../src/credentials/merge-patch.ts';
import { table } from '../table.ts';

type JsonObject = Readonly<Record<string, Json>>;
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386, section 2, as it stands there. */
function apply(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, apply(result.get(key), value));
  }
  return Object.fromEntries(result);
}

describe('mergePatch', () => {
  const cases = table(
    'from                    | to                      | patch',
    '{}                      | {}                      | -',
    '{"a":1}                 | {"a":1}                 | -',
    '{"a":1}                 | {"a":2}                 | {"a":2}',
    '{"a":1}                 | {}                      | {"a":null}',
    '{}                      | {"a":1}                 | {"a":1}',
    '{"a":{"b":1,"c":2}}     | {"a":{"b":1,"c":3}}     | {"a":{"c":3}}',
    '{"a":{"b":1}}           | {"a":{}}                | {"a":{"b":null}}',
    '{}                      | {"a":{}}                | {"a":{}}',
    '{"a":[1,2]}             | {"a":[1,2]}             | -',
    '{"a":[1,2]}             | {"a":[2,1]}             | {"a":[2,1]}',
    '{"a":[{"b":1,"c":2}]}   | {"a":[{"c":2,"b":1}]}   | -',
    '{"a":[{"b":1}]}         | {"a":[{"c":1}]}         | {"a":[{"c":1}]}',
    '{"a":"x"}               | {"a":{"b":1}}           | {"a":{"b":1}}',
    '{"a":{"b":1}}           | {"a":"x"}               | {"a":"x"}',
    '{"a":0}                 | {"a":false}             | {"a":false}',
    '{"constructor":"x"}     | {}                      | {"constructor":null}',
    '{}                      | {"constructor":"x"}     | {"constructor":"x"}',
    '{"a":{"toString":"x"}}  | {"a":{}}                | {"a":{"toString":null}}',
  );
  for (const { title, from, to, patch } of cases) {
    it(title, () => {
      const result = mergePatch(JSON.parse(from) as JsonObject, JSON.parse(to) as JsonObject);
      expect(result === undefined ? '-' : JSON.stringify(result)).to.equal(patch);
    });
  }

  /** Without null, which a merge patch cannot set, other than within lists. */
  const { object } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.array(fc.constantFrom(1, null, 'x')),
      tie('object'),
    ),
    object: fc.dictionary(
      fc.oneof(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), fc.string()),
      tie('value'),
    ),
  }));

  it('turns one into the other, whatever they are', () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        const patched = apply(from, mergePatch(from, to) ?? {});
        expect(mergePatch(patched as JsonObject, to)).to.equal(undefined);
        expect(sorted(patched)).to.equal(sorted(to));
      }),
    );
  });

  it('is none between equals', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(mergePatch(value, structuredClone(value))).to.equal(undefined);
      }),
    );
  });
});

/** JSON text with sorted keys. */
const sorted = (value: Json): string =>
  JSON.stringify(value, (_key, inner: Json): Json => {
    if (!isObject(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
