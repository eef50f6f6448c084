import { expect } from 'chai';
import fc from 'fast-check';
import { byAge } from '../../../src/api/policy.ts';
import { type Contributor, desiredCopy, type Role } from '../../../src/credentials/namespace/desired.ts';
import { renderDockerConfig } from '../../../src/credentials/sources/docker-config.ts';
import { normaliseKey } from '../../../src/registry/key.ts';
import { writeContributions } from '../../../src/credentials/ownership.ts';
import { base64, contributor, policy } from '../build.ts';

const KEYS = [
  'docker.io',
  'index.docker.io',
  'https://index.docker.io/v1/',
  'ghcr.io',
  'https://ghcr.io',
  'quay.io',
  'a.io/b',
];
const age = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z');
const keys = fc.uniqueArray(fc.constantFrom(...KEYS), { selector: normaliseKey });
const labels = fc.dictionary(fc.constantFrom('team', 'tier', 'constructor'), fc.constantFrom('x', 'y'));

/** Policies that all take part for themselves, none of them broken. */
const contributors = (role: fc.Arbitrary<Role> = fc.constant('live')): fc.Arbitrary<readonly Contributor[]> =>
  fc
    .uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), created: age, keys, labels, role }), {
      selector: ({ name }) => name,
    })
    .map((all) =>
      all.map((each) => {
        const spec = { secret: { name: 'copy', labels: each.labels } };
        return contributor(policy(each.name, { created: each.created, spec }), each.keys, each.role);
      }),
    );

const registriesOf = (all: readonly Contributor[]): Set<string> =>
  new Set(all.flatMap(({ resolution }) => resolution.entries.map(({ registry }) => registry)));

describe('desiredCopy, for any policies', () => {
  it('is the same in every byte, in whatever order they come', () => {
    const anyRole = fc.constantFrom<Role>('live', 'frozen', 'observing');
    const inTwoOrders = contributors(anyRole).chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
    );
    fc.assert(
      fc.property(inTwoOrders, ([one, other]) => {
        const [a, b] = [desiredCopy(one), desiredCopy(other)];
        expect(b?.content).to.equal(a?.content);
        expect(b?.labels).to.deep.equal(a?.labels);
        expect(b?.shadowed).to.deep.equal(a?.shadowed);
        if (a !== undefined && b !== undefined)
          expect(writeContributions(b.contributions)).to.equal(writeContributions(a.contributions));
      }),
    );
  });

  it('holds every registry that any of them gives, once', () => {
    fc.assert(
      fc.property(contributors(), (all) => {
        const fed = [...(desiredCopy(all)?.contributions.values() ?? [])].flat().map(normaliseKey);
        expect(fed).to.have.lengthOf(new Set(fed).size);
        expect(new Set(fed)).to.deep.equal(registriesOf(all));
      }),
    );
  });

  it('gives each registry to the oldest that has it, and calls it shadowed for all others', () => {
    fc.assert(
      fc.property(contributors(), (all) => {
        const desired = desiredCopy(all);
        for (const registry of registriesOf(all)) {
          const having = all.filter(({ resolution }) =>
            resolution.entries.some((entry) => entry.registry === registry),
          );
          const [oldest, ...younger] = having.map(({ policy: { name, created } }) => ({ name, created })).sort(byAge);
          const fed = oldest === undefined ? [] : (desired?.contributions.get(oldest.name) ?? []);
          expect(fed.map(normaliseKey)).to.include(registry);
          for (const { name } of younger) expect(desired?.shadowed.get(name)).to.include(registry);
        }
      }),
    );
  });

  it('holds nothing but entries of the sources', () => {
    fc.assert(
      fc.property(contributors(), (all) => {
        const desired = desiredCopy(all);
        const entries = all.flatMap(({ policy: { name }, resolution }) =>
          resolution.entries.filter(({ key }) => desired?.contributions.get(name)?.includes(key) === true),
        );
        if (desired === undefined) expect(entries).to.deep.equal([]);
        else expect(desired.content).to.equal(base64(renderDockerConfig(entries)));
      }),
    );
  });

  it('gives each label the value of the oldest that asks for it', () => {
    fc.assert(
      fc.property(contributors(), (all) => {
        const desired = desiredCopy(all);
        if (desired === undefined) return;
        const byOldest = all.map(({ policy: each }) => each).sort(byAge);
        for (const [key, value] of Object.entries(desired.labels)) {
          const first = byOldest.find(({ spec }) => Object.hasOwn(spec.secret.labels ?? {}, key));
          expect(value).to.equal(first?.spec.secret.labels?.[key]);
        }
        const asked = byOldest.flatMap(({ spec }) => Object.keys(spec.secret.labels ?? {}));
        expect(new Set(Object.keys(desired.labels))).to.deep.equal(new Set(asked));
      }),
    );
  });
});
